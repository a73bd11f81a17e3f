import { example } from '../example.ts';
import * as activities from './activities.ts';
import { weather } from './workflows.ts';

const workflowsPath = `${import.meta.dirname}/workflows.ts`;
await example({ workflowsPath, activities }, async ({ client, person }) => {
  let run = await client.run(weather, { input: 'I am in Lisbon. When shall I walk tomorrow?' });
  while (run.isPaused) {
    for (const requirement of run.stepsRequiringExecutorResolution) await person.answer(requirement);
    run = await client.continueRun(run, { by: person.name });
  }
  return run;
});
