/**
 * Reads the argument of a signal. Whatever arrives – nothing, null, an array, a string, megabytes of junk – comes out as
 * decisions or as one sentence about what is wrong with it; nothing here throws (H4).
 */
import { cut } from '../define/cut.ts';
import { defined } from '../define/defined.ts';
import { DEPTH_LIMIT, isRecord, isTooDeep, jsonBytes } from '../define/json.ts';
import { TIMEOUT_ACTOR } from '../protocol/requirement.ts';
import { ANSWER_LIMIT, CONTINUE_RUN, type Decision, PEOPLE_SIGNALS, type PeopleSignal } from '../protocol/signals.ts';

/** Decisions in one `continueRun`. */
const DECISIONS_LIMIT = 1000;
const ID_LIMIT = 1000;
const NAME_LIMIT = 200;
const WRONG_DECISION_ID = `\`decisionId\` must be a string of 1 to ${NAME_LIMIT} characters`;

/** Of what no argument is left: there is no saying which of these it was. */
const UNREADABLE = 'a signal takes one object as JSON (json/plain), got none, several, or one that cannot be read';

/** What a signal says: its decisions, or what is wrong with it. */
export interface ReadSignal {
  readonly by?: string;
  readonly decisionId?: string;
  readonly decisions: readonly Decision[];
  /** One sentence each; a decision that is malformed stands alone among good ones. */
  readonly problems: readonly { readonly problem: string; readonly requirement?: string }[];
}

/**
 * @param argument the decoded argument, or `undefined` where it was missing or could not be decoded
 * @param limit bytes of its JSON
 */
export function readSignal(signal: string, argument: unknown, limit: number = ANSWER_LIMIT): ReadSignal {
  if (argument === undefined) return broken(UNREADABLE);
  if (!isRecord(argument)) return broken(`a signal takes one object, got ${nameOf(argument)}`);
  if (isTooDeep(argument)) return broken(`an answer nests at most ${DEPTH_LIMIT} levels`);
  let size: number;
  try {
    size = jsonBytes(argument);
  } catch {
    return broken('the argument is no JSON');
  }
  const { by, decisionId } = argument;
  const sender = defined({
    by: typeof by === 'string' && by !== '' ? cut(by, NAME_LIMIT) : undefined,
    // Never cut: two ids must not become one, and the second be taken for a repetition of the first.
    decisionId: isDecisionId(decisionId) ? decisionId : undefined,
  });
  const tooLarge = size > limit ? `an answer has at most ${limit} bytes of JSON, this one ${size}` : undefined;
  const problem = tooLarge ?? senderProblem(by) ?? problemOf(signal, argument);
  if (problem !== undefined) return { ...broken(problem), ...sender };
  const candidates = signal === CONTINUE_RUN ? (argument.decisions as unknown[]) : [forPeople(signal, argument)];
  const read = candidates.map(readDecision);
  return {
    ...sender,
    decisions: read.flatMap((each) => ('problem' in each ? [] : [each])),
    problems: read.flatMap((each) => ('problem' in each ? [each] : [])),
  };
}

function senderProblem(by: unknown): string | undefined {
  if (by === undefined || by === null) return undefined;
  if (typeof by !== 'string') return '`by` must be a string';
  return by.trim().toLowerCase() === TIMEOUT_ACTOR
    ? `the name '${TIMEOUT_ACTOR}' is reserved for deadlines`
    : undefined;
}

function problemOf(signal: string, argument: Record<string, unknown>): string | undefined {
  if (signal === CONTINUE_RUN) return batchProblem(argument);
  // Whoever sends one looks for it in the record.
  const { decisionId } = argument;
  if (!isDecisionId(decisionId ?? '-') && decisionId !== '') return WRONG_DECISION_ID;
  // A no in the fields of a yes is neither.
  const { action } = PEOPLE_SIGNALS[signal as PeopleSignal];
  const given = argument.action ?? '';
  return given === '' || given === action ? undefined : `'${signal}' says '${action}', not ${nameOf(given)}`;
}

function batchProblem({ decisionId, decisions }: Record<string, unknown>): string | undefined {
  if (!isDecisionId(decisionId)) return WRONG_DECISION_ID;
  if (!Array.isArray(decisions) || decisions.length === 0)
    return '`decisions` must be a list with at least one decision';
  return decisions.length > DECISIONS_LIMIT ? `at most ${DECISIONS_LIMIT} decisions at once` : undefined;
}

function isDecisionId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= NAME_LIMIT;
}

/** A signal for people as a decision: the signal's name is the action. */
function forPeople(signal: string, argument: Record<string, unknown>): unknown {
  const { by: _by, decisionId: _decisionId, ...rest } = argument;
  return { ...rest, action: PEOPLE_SIGNALS[signal as PeopleSignal].action };
}

const KEYS = new Set([
  'requirement',
  'digest',
  'action',
  'feedback',
  'output',
  'values',
  'choices',
  'toolCall',
  'tools',
  'result',
]);
const ACTIONS = new Set<unknown>(Object.values(PEOPLE_SIGNALS).map(({ action }) => action));

function readDecision(given: unknown): Decision | { problem: string; requirement?: string } {
  if (!isRecord(given)) return { problem: `a decision is an object, got ${nameOf(given)}` };
  const candidate = withoutNulls(given);
  const { requirement, digest, action } = candidate;
  if (typeof requirement !== 'string' || requirement === '') {
    return { problem: '`requirement` is missing: name the id of what you answer' };
  }
  const about = cut(requirement, NAME_LIMIT);
  if (requirement.length > ID_LIMIT) return { problem: 'the requirement id is too long', requirement: about };
  if (digest !== undefined && typeof digest !== 'string')
    return { problem: '`digest` must be a string', requirement: about };
  const { tools, toolCall } = candidate;
  if (!ACTIONS.has(action) && (action !== undefined || tools === undefined)) {
    return { problem: `unknown action ${nameOf(action)}`, requirement: about };
  }
  if (toolCall !== undefined && typeof toolCall !== 'string') {
    return { problem: '`toolCall` must be a string', requirement: about };
  }
  if (tools !== undefined && !isRecord(tools)) return { problem: '`tools` must be an object', requirement: about };
  const stray = Object.keys(candidate).find((key) => !KEYS.has(key));
  if (stray !== undefined) return { problem: `unknown key '${cut(stray, 80)}'`, requirement: about };
  return candidate as unknown as Decision;
}

/** What an answer may say; `note` is of one tool call. */
const FIELDS = new Set([...KEYS, 'note']);

/** The answer without what it does not say: other languages write null for a field that is not set. */
export function withoutNulls<T extends object>(answer: T): T {
  const said = saidIn(answer) as Partial<Decision>;
  if (!isRecord(said.tools)) return said as T;
  const tools = Object.entries(said.tools).map(([id, each]) => [id, isRecord(each) ? saidIn(each) : each]);
  return { ...said, tools: Object.fromEntries(tools) } as T;
}

/** An edit may be null, and so may the result of a call: that is what is said. A key that nobody knows stays, and is refused. */
function saidIn(answer: object): object {
  const { action } = answer as Partial<Decision>;
  const own: unknown = action === 'edit' ? 'output' : action;
  const isSaid = ([key, value]: [string, unknown]) => value !== null || key === own || !FIELDS.has(key);
  return Object.fromEntries(Object.entries(answer).filter(isSaid));
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string'
    ? `'${cut(value, 40)}'`
    : typeof value === 'undefined'
      ? 'nothing'
      : `a ${typeof value}`;
}

function broken(problem: string): ReadSignal {
  return { decisions: [], problems: [{ problem }] };
}
