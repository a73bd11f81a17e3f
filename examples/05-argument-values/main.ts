import { example } from '../example.ts';
import type { Answers } from '../person.ts';
import * as activities from './activities.ts';
import { booking } from './workflows.ts';

const workflowsPath = `${import.meta.dirname}/workflows.ts`;
const answers: Answers = { bookSeat: (call) => call.provideUserInput({ seat: 'aisle', discountCard: 'BC-1234' }) };

await example({ workflowsPath, activities, answers }, async ({ client, person }) => {
  let run = await client.run(booking, { input: 'A seat in the 8 o’clock train to Basel, please.' });
  while (run.isPaused) {
    for (const requirement of run.stepsRequiringExecutorResolution) await person.answer(requirement);
    run = await client.continueRun(run, { by: person.name });
  }
  return run;
});
