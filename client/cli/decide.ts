/** The answers for scripts: `approve`, `reject`, `edit`, `input`, `select`, `retry`, `skip`, `complete`. */
import { defined } from '../../workflows/define/defined.ts';
import { ACTIONS } from '../../workflows/human/answer-rules.ts';
import { TOOL_ACTIONS } from '../../workflows/human/tool-answers.ts';
import type { DecisionAction } from '../../workflows/protocol/signals.ts';
import { InvalidAnswer } from '../errors.ts';
import type { Requirement } from '../requirement.ts';
import { COMMAND_OF } from './command-line.ts';
import { conclude, evenFailed } from './conclude.ts';
import { CliError, EXIT } from './exit.ts';
import { findRequirement, findRun, findTool } from './find.ts';
import { jsonOf, objectOf, signedInUser, textOf, timeoutOf } from './given.ts';
import { type CommonOptions, withClient } from './with-client.ts';

export interface DecideOptions extends CommonOptions {
  readonly by?: string;
  readonly digest?: string;
  readonly timeout?: string;
  readonly wait?: boolean;
  readonly toolCall?: string;
  readonly feedback?: string;
  readonly values?: string;
  readonly output?: string;
  readonly result?: string;
  readonly text?: string;
  readonly choice?: readonly string[];
}

/** Gives a requirement its answer; what the options say is read before the server is asked. */
type Answer = (requirement: Requirement) => void;
type Reads = (options: DecideOptions) => Answer;

export const DECISIONS = {
  approve: ({ toolCall, values }) => {
    const given = values === undefined ? undefined : objectOf('--values', values);
    return (requirement) => {
      if (requirement.kind === 'executor') {
        if (given) throw new CliError('usage', 'approve takes no --values for a tool call: use input.');
        return findTool(requirement, toolCall).confirm();
      }
      refuseToolCall(requirement, toolCall);
      if (requirement.kind === 'confirmation+user_input' && given === undefined) {
        throw new CliError('usage', `Requirement '${requirement.id}' asks for values too: add --values.`);
      }
      if (given !== undefined) requirement.setUserInput(given);
      requirement.confirm();
    };
  },

  reject: ({ toolCall, feedback }) => {
    const given = feedback === undefined ? undefined : textOf('--feedback', feedback);
    return (requirement) => {
      if (requirement.kind === 'executor') return findTool(requirement, toolCall).reject(given);
      refuseToolCall(requirement, toolCall);
      requirement.reject(given);
    };
  },

  edit: ({ output, text }) => {
    const given = jsonOrPlainText('--output', output, text);
    return (requirement) => requirement.edit(given);
  },

  input: ({ toolCall, values }) => {
    if (values === undefined) throw new CliError('usage', 'input needs --values.');
    const given = objectOf('--values', values);
    return (requirement) => {
      if (requirement.kind === 'executor') return findTool(requirement, toolCall).provideUserInput(given);
      refuseToolCall(requirement, toolCall);
      if (requirement.kind === 'confirmation+user_input') {
        throw new CliError(
          'usage',
          `Requirement '${requirement.id}' asks for a confirmation too: use approve --values.`,
        );
      }
      requirement.setUserInput(given);
    };
  },

  select: ({ choice = [] }) => {
    if (choice.length === 0) throw new CliError('usage', 'select needs --choice.');
    return (requirement) => requirement.select(...choice);
  },

  retry: () => (requirement) => requirement.retry(),

  skip: ({ result, text }) => {
    const given = result === undefined && text === undefined ? undefined : jsonOrPlainText('--result', result, text);
    return (requirement) => requirement.skip(given);
  },

  complete: ({ toolCall, result, text }) => {
    const given = jsonOrPlainText('--result', result, text);
    return (requirement) => {
      if (requirement.kind !== 'executor') {
        throw new CliError(
          'usage',
          `Requirement '${requirement.id}' is of no tool call: complete gives the result of one.`,
        );
      }
      findTool(requirement, toolCall).setExternalExecutionResult(given);
    };
  },
} as const satisfies Record<string, Reads>;

export type DecisionName = keyof typeof DECISIONS;

/**
 * Answers one requirement, with the digest of what the run shows, and waits for the next pause or the end, unless told
 * not to. Exit code 0 where the answer took effect, whatever the run made of it, unless the run failed.
 */
export async function decide(
  name: DecisionName,
  runId: string,
  requirementId: string | undefined,
  options: DecideOptions,
): Promise<void> {
  const answer = DECISIONS[name](options);
  const timeout = timeoutOf(options.timeout);
  await withClient(options, async ({ client, waiting }) => {
    const run = await findRun(client, runId);
    const requirement = findRequirement(run, requirementId);
    checkDigest(requirement, options.digest);
    try {
      answer(requirement);
    } catch (error) {
      throw asCommand(error, name, requirement, options.toolCall);
    }
    const by = options.by ?? signedInUser();
    const until = options.wait === false ? 'accepted' : 'pause';
    waiting.forAnswer(run.runId, until);
    const after = await evenFailed(client.continueRun(run, defined({ ...timeout, until, by })));
    waiting.stop();
    conclude(after, options.json);
    return after.status === 'failed' ? EXIT.runEndedBadly : EXIT.done;
  });
}

/** The rules speak of actions; what was typed is a command. */
export function asCommand(
  error: unknown,
  name: DecisionName,
  requirement: Requirement,
  toolCall: string | undefined,
): unknown {
  if (!(error instanceof InvalidAnswer)) return error;
  const { id, kind } = requirement;
  const takes = (actions: readonly DecisionAction[]) => actions.map((action) => COMMAND_OF[action]);
  const pause: readonly string[] = takes(ACTIONS[kind]);
  const words = kind.replaceAll('_', ' ');
  const refused = (what: string, taken: readonly string[]) =>
    new InvalidAnswer(id, `${name} is no answer to ${what}; it takes ${taken.join(', ')}`);
  if (!pause.includes(name)) return refused(`${/^[eio]/.test(words) ? 'an' : 'a'} ${words} pause`, pause);
  if (kind !== 'executor') return error;
  const tool = findTool(requirement, toolCall);
  const call: readonly string[] = takes(TOOL_ACTIONS[tool.kind]);
  return call.includes(name) ? error : refused(`tool call '${tool.toolCallId}'`, call);
}

/** Who has looked before says what they saw; without it, it is what is shown now. */
function checkDigest({ id, digest }: Requirement, seen: string | undefined): void {
  if (seen === undefined || seen === digest) return;
  throw new CliError('refused', `Requirement '${id}' shows something else by now (digest ${digest}): look again.`);
}

function refuseToolCall({ id }: Requirement, toolCall: string | undefined): void {
  if (toolCall !== undefined)
    throw new CliError('usage', `Requirement '${id}' is of no tool call: leave out --tool-call.`);
}

function jsonOrPlainText(option: string, json: string | undefined, text: string | undefined): unknown {
  if (json !== undefined && text !== undefined) throw new CliError('usage', `${option} and --text exclude each other.`);
  if (json !== undefined) return jsonOf(option, json);
  if (text !== undefined) return textOf('--text', text);
  throw new CliError('usage', `${option} is missing: JSON, or --text with a text.`);
}
