/**
 * `holdpoint answer`: asks a person at the terminal for each open requirement, pause after pause, to the end of the run
 * or until they stop. A question closes when somebody else, or its deadline, is first.
 */
import { defined } from '../../workflows/define/defined.ts';
import type { ContinueOptions } from '../client.ts';
import { InvalidAnswer, RequirementAlreadyResolved } from '../errors.ts';
import type { Requirement } from '../requirement.ts';
import type { Run } from '../run.ts';
import { ask } from './ask.ts';
import { commandLine } from './command-line.ts';
import { conclude, evenFailed } from './conclude.ts';
import { fileWith } from './editor.ts';
import { CliError, EXIT } from './exit.ts';
import { findRun } from './find.ts';
import { signedInUser } from './given.ts';
import { aside, paint, print, printJson } from './output.ts';
import { label, oneLine } from './plain.ts';
import { Prompts, Stopped } from './prompts.ts';
import { requirementLines, resolvedLine } from './render-requirement.ts';
import { runLines, statusText } from './render-run.ts';
import { outcomeOf } from './waiting.ts';
import { type CommonOptions, type Context, withClient } from './with-client.ts';

export interface AnswerOptions extends CommonOptions {
  readonly by?: string;
  readonly once?: boolean;
}

export async function answer(runId: string, options: AnswerOptions): Promise<void> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    const scripts = 'approve, reject, edit, input, select, retry, skip and complete are for scripts';
    throw new CliError('usage', `answer asks questions, and there is no terminal to ask them in; ${scripts}.`);
  }
  const by = options.by ?? signedInUser();
  const sending: ContinueOptions = defined({ by, until: options.once ? 'accepted' : undefined });
  await withClient(options, async (context) => {
    const { client, waiting } = context;
    let run = await findRun(client, runId);
    let closed = false;
    for (;;) {
      if (run.status === 'running' && run.activeStepRequirements.length === 0) {
        waiting.for(outcomeOf(run.runId));
        run = await evenFailed(client.wait(run));
        waiting.stop();
      }
      if (run.activeStepRequirements.length === 0) break;
      const next = await answerOne(context, run, sending, closed);
      if (next === undefined) return EXIT.interrupted;
      ({ run, closed } = next);
      if (options.once) break;
    }
    if (options.json) printJson(run);
    else if (options.once) conclude(run, false);
    else print('', ...runLines(run));
    return run.status === 'failed' ? EXIT.runEndedBadly : EXIT.done;
  });
}

const PREVIEW = paint('yellow', '  No worker could tell more: this is a preview, and may be cut.');

interface Asked {
  /** After the answer. */
  readonly run: Run;
  /** Somebody else, or the deadline, was first. */
  readonly closed: boolean;
}

/**
 * Asks the oldest question; `undefined` where the person has stopped.
 * @param closed the question before was answered by somebody else
 */
async function answerOne(
  { client, waiting }: Context,
  run: Run,
  sending: ContinueOptions,
  closed: boolean,
): Promise<Asked | undefined> {
  const requirement = run.activeStepRequirements[0]!;
  print(
    '',
    `${paint('bold', label(run.runId))} ${statusText(run.status)}`,
    ...requirementLines(requirement),
    ...(run.complete ? [] : [PREVIEW]),
    '',
  );
  const closing = new AbortController();
  const watching = untilResolved({ client, waiting }, run, requirement.id, closing.signal);
  try {
    await ask(requirement, new Prompts(AbortSignal.any([closing.signal, watching.signal]), closed));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (!watching.signal.aborted) {
      aside(`Stopped. Run '${label(run.runId)}' stays ${run.status}: ${commandLine('answer', [run.runId])}`);
      return undefined;
    }
    const now = await client.getRun(run.runId);
    const resolved = now.stepRequirements.find(({ id }) => id === requirement.id);
    aside(
      resolved?.isResolved
        ? `Answered elsewhere: ${resolvedLine(resolved)}`
        : `No longer asked, the run is ${now.status}: ${label(requirement.id)}`,
    );
    return { run: now, closed: true };
  } finally {
    closing.abort();
  }
  return send({ client, waiting }, run, requirement, sending);
}

async function send(
  { client, waiting }: Context,
  run: Run,
  { decision }: Requirement,
  sending: ContinueOptions,
): Promise<Asked> {
  waiting.forAnswer(run.runId, sending.until);
  try {
    return { run: await evenFailed(client.continueRun(run, sending)), closed: false };
  } catch (error) {
    waiting.clear();
    if (decision?.action === 'edit') aside(`What you wrote is in ${fileOf(decision.output)}.`);
    // Somebody was first: what is open now is asked next.
    const refused = error instanceof RequirementAlreadyResolved || error instanceof InvalidAnswer;
    if (!refused) throw error;
    aside(oneLine(error.message, 1000));
    return { run: await client.getRun(run.runId), closed: true };
  } finally {
    waiting.stop();
  }
}

/** A file with the content of an edit: hours of work may be in it. */
function fileOf(content: unknown): string {
  return typeof content === 'string' ? fileWith(content, 'md') : fileWith(JSON.stringify(content, null, 2), 'json');
}

/** Aborts `signal` when the requirement gets its answer elsewhere. */
function untilResolved({ client }: Context, run: Run, id: string, stop: AbortSignal): { readonly signal: AbortSignal } {
  const resolved = new AbortController();
  const watch = async () => {
    for await (const event of client.events(run.runId, { from: run.sequence + 1, signal: stop })) {
      if ('resolution' in event && event.requirement === id) return resolved.abort();
      if (event.event === 'WorkflowError' || event.event === 'WorkflowCancelled') return resolved.abort();
    }
  };
  // The answer itself will meet the same trouble, and name it.
  watch().catch(() => {});
  return { signal: resolved.signal };
}
