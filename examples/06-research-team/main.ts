import { example } from '../example.ts';
import * as activities from './activities.ts';
import { report } from './workflows.ts';

const workflowsPath = `${import.meta.dirname}/workflows.ts`;
await example({ workflowsPath, activities }, async ({ client, person }) => {
  let run = await client.run(report, { input: 'Why do lighthouses have no keepers any more?' });
  while (run.isPaused) {
    for (const requirement of run.stepsRequiringExecutorResolution) await person.answer(requirement);
    run = await client.continueRun(run, { by: person.name });
  }
  return run;
});
