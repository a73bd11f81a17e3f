/** What `npx holdpoint dev` and `npx holdpoint worker` run in this repository: the first example. */
import { defineConfig } from 'holdpoint';

export default defineConfig({
  workflows: './examples/01-customer-pipeline/workflows.ts',
  activities: './examples/01-customer-pipeline/activities.ts',
});
