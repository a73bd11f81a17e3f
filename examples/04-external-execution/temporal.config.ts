import { defineConfig } from 'holdpoint';

export default defineConfig({ workflows: './workflows.ts', activities: './activities.ts' });
