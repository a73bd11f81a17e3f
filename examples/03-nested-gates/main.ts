import { example, history } from '../example.ts';
import type { Answers } from '../person.ts';
import * as activities from './activities.ts';
import { dataPipeline } from './workflows.ts';

const workflowsPath = `${import.meta.dirname}/workflows.ts`;
const answers = {
  deleteRecords(call) {
    const { table } = call.args as { table: string };
    if (table === 'customers') call.reject('customers are still needed');
    else call.confirm();
  },
} satisfies Answers;

await example({ workflowsPath, activities, answers }, async ({ client, person }) => {
  let run = await client.run(dataPipeline, { input: 'Process user data' });
  while (run.isPaused) {
    console.log(`\nThe run waits:\n${history(run)}`);
    for (const requirement of run.activeStepRequirements) await person.answer(requirement);
    run = await client.continueRun(run, { by: person.name });
  }
  return run;
});
