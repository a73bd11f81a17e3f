/**
 * One case, run again with the worker replaced at each pause, and compared. The new worker has nothing cached: it replays
 * the history, and has to come to the same question, and then to the same end.
 */
import type { Run } from '../../client/run.ts';
import type { ActivityCall } from './call-log.ts';
import { differences } from './difference.ts';

export interface KillOptions {
  /**
   * What has to be the same. Default: status, content, outputs, session state, and who answered what. Ids of runs may
   * differ in it.
   */
  readonly outcome?: (run: Run) => unknown;
  /** What the run did to the world, beside its activities, whose executions are counted anyway. */
  readonly effects?: (run: Run) => unknown;
}

/** What is to be run, killed and looked at. */
export interface Scene {
  play(atPause: (run: Run) => Promise<Run>): Promise<Run>;
  kill(): Promise<void>;
  look(runId: string): Promise<Run>;
  calls(runId: string): readonly ActivityCall[];
}

/** @throws {Error} telling at which pause, and what differs */
export async function killAtEveryPause(scene: Scene, options: KillOptions): Promise<Run> {
  const pauses: string[] = [];
  const whole = await scene.play(async (run) => {
    pauses.push(openIds(run).join(', '));
    return run;
  });
  if (pauses.length === 0) throw new Error('killAtEveryPause: the run has no pause to be killed at');
  const expected = await outcomeOf(scene, whole, options);
  for (const [index, ids] of pauses.entries()) {
    const where = `killed at pause ${index + 1} of ${pauses.length} (${ids})`;
    const again = await playKilled(scene, index, where);
    const found = differences(expected, await outcomeOf(scene, again, options));
    if (found.length > 0) throw differs(where, found);
  }
  return whole;
}

async function playKilled(scene: Scene, at: number, where: string): Promise<Run> {
  let pause = 0;
  let failed: unknown;
  const run = scene.play(async (before) => {
    if (pause++ !== at) return before;
    await scene.kill();
    const after = await scene.look(before.runId);
    const found = differences(questionsOf(before), questionsOf(after));
    if (!after.complete) failed = differs(where, ['the new worker cannot read the run']);
    else if (found.length > 0) failed = differs(where, ['what it asks is another question', ...found]);
    if (failed !== undefined) throw failed;
    return after;
  });
  return run.catch((error: unknown) => {
    if (error === failed) throw error;
    throw new Error(`${where}, the run goes another way: ${(error as Error).message}`, { cause: error });
  });
}

function differs(where: string, lines: readonly string[]): Error {
  return new Error(`${where}, the run comes to something else:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function openIds(run: Run): string[] {
  return run.activeStepRequirements.map(({ id }) => id);
}

/** With its digest, a question is all that was shown. */
function questionsOf(run: Run): object {
  return Object.fromEntries(run.activeStepRequirements.map(({ id, digest, message }) => [id, { digest, message }]));
}

async function outcomeOf(scene: Scene, run: Run, { outcome = defaultOutcome, effects }: KillOptions): Promise<unknown> {
  const found = {
    outcome: outcome(run),
    activities: countOf(scene.calls(run.runId)),
    effects: await effects?.(run),
  };
  return JSON.parse(JSON.stringify(found).replaceAll(run.runId, '<run>'));
}

function defaultOutcome(run: Run): object {
  const { status, content, stepResults, sessionState, stepRequirements } = run;
  return { status, content, stepResults, sessionState, answers: stepRequirements.map(answerOf) };
}

function answerOf(requirement: Run['stepRequirements'][number]): object {
  const { id, kind, resolution, resolvedBy, rejectionFeedback, editedOutput, userInput } = requirement;
  const { selectedChoices, result, tools } = requirement;
  const calls = tools.map(({ toolCallId, toolName, args, resolution: answered, note, userInput: values, outcome }) => {
    return { toolCallId, toolName, args, resolution: answered, note, userInput: values, outcome };
  });
  const answer = { resolution, resolvedBy, rejectionFeedback, editedOutput, userInput, selectedChoices, result };
  return { id, kind, ...answer, calls };
}

/** How often each activity was executed: in which order, is open where branches run side by side. */
function countOf(calls: readonly ActivityCall[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { activity } of calls) counts[activity] = (counts[activity] ?? 0) + 1;
  return counts;
}
