/** Plays the people of a scenario: answers what waits, one after the other, until the run has ended. */
import { WorkflowFailedError } from '@temporalio/client';
import { openOf, type TestRun } from '../support/server.ts';
import type { Scenario } from './scenarios.ts';

export async function play(run: TestRun, { answers, hostile = [], end }: Scenario): Promise<void> {
  for (const [index, argument] of hostile.entries()) {
    await run.pausedAt('confirmation');
    await (argument === undefined ? run.signal('approve') : run.signal('approve', argument));
    await run.until(({ refusedAnswers: { count } }) => count === index + 1);
  }
  for (const [signal, stepName, more] of answers) {
    const waits = (each: { stepName: string }) => each.stepName === stepName;
    const state = await run.until((output) => openOf(output).some(waits));
    const requirement = openOf(state).findLast(waits)!;
    await run.answer(signal, requirement, { by: 'ann', ...more });
    // Of several tool calls one may be answered, and the requirement still open.
    const before = JSON.stringify(requirement);
    await run.until(({ stepRequirements }) => {
      const now = stepRequirements.find(({ id }) => id === requirement.id);
      return now === undefined || JSON.stringify(now) !== before;
    });
  }
  if (end === 'cancel') await run.paused();
  if (end === 'cancel') await run.handle.cancel();
  await run.result().catch((error: unknown) => {
    if (!(error instanceof WorkflowFailedError)) throw error;
  });
}
