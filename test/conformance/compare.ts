/** Compares what a run did with what agno did: exactly the surface under "Compared" of the README, field by field. */
import type {
  Case,
  Fields,
  JsonValue,
  Observation,
  ObservedCall,
  ObservedFinal,
  ObservedOutput,
  ObservedPause,
} from './format.ts';
import { aliasesOf, parallelOf } from './walk.ts';
import { askedInPython, pyStr } from './python.ts';

/** The first difference as one sentence, or `undefined`. Fields that `expected` lacks are not compared. */
export function firstDifference(testCase: Case, expected: Observation, actual: Observation): string | undefined {
  const aliases = aliasesOf(testCase.workflow);
  return (
    pauses(expected.pauses ?? [], actual) ??
    final(expected, actual) ??
    calls(
      parallelOf(testCase.workflow),
      executions(expected.calls ?? [], aliases),
      executions(actual.calls ?? [], aliases),
    )
  );
}

function pauses(expected: readonly ObservedPause[], { pauses: answered = [], open }: Observation): string | undefined {
  // A pause that nobody answers any more may be written down or not.
  const actual = open && expected.length === answered.length + 1 ? [...answered, open] : answered;
  for (const [index, pause] of expected.entries()) {
    const ours = actual[index];
    if (!ours) break;
    const problem = pauseDifference(pause, ours, `pauses[${index}]`);
    if (problem) return problem;
  }
  return differ('number of pauses', expected.length, actual.length);
}

function pauseDifference(expected: ObservedPause, actual: ObservedPause, at: string): string | undefined {
  const { active } = expected;
  const isError = active?.kind === 'error';
  // agno starts a Router's reviews at 0 each time.
  const isRouterReview = active?.step_type === 'Router' && active.kind === 'output_review';
  return (
    differ(`${at}.active.kind`, active?.kind, actual.active?.kind) ??
    (isError ? undefined : differ(`${at}.pause_kind`, expected.pause_kind, actual.pause_kind)) ??
    differ(`${at}.paused_step_name`, expected.paused_step_name, actual.paused_step_name) ??
    differ(`${at}.lists`, expected.lists as JsonValue | undefined, actual.lists as JsonValue | undefined) ??
    (isError
      ? undefined
      : differ(`${at}.n_step_requirements`, expected.n_step_requirements, actual.n_step_requirements)) ??
    differ(`${at}.active.step`, active?.step, actual.active?.step) ??
    differ(`${at}.active.message`, active?.message, actual.active?.message ?? null) ??
    (isRouterReview
      ? undefined
      : differ(`${at}.active.retry_count`, active?.retry_count, actual.active?.retry_count)) ??
    differ(
      `${at}.active.available_choices`,
      active?.available_choices as JsonValue | undefined,
      (actual.active?.available_choices as JsonValue | undefined) ?? null,
    ) ??
    differ(`${at}.active.tools`, toolsOf(active), toolsOf(actual.active)) ??
    raised(`${at}: answering`, expected.answer_errors, actual.answer_errors) ??
    raised(`${at}: continuing`, expected.continue_error, actual.continue_error)
  );
}

function toolsOf(active: ObservedPause['active']): JsonValue | undefined {
  return active?.tools?.map(({ tool, args, member }) => ({
    tool: tool ?? null,
    args: args ?? null,
    member: member ?? null,
  }));
}

/** Only whether there was an error: its words are each side's own. */
function raised(what: string, expected: unknown, actual: unknown): string | undefined {
  if ((expected === undefined) === (actual === undefined)) return undefined;
  return expected === undefined
    ? `${what} raised ${JSON.stringify(actual)}; agno raised nothing`
    : `${what} raised nothing; agno raised ${JSON.stringify(expected)}`;
}

function final(observation: Observation, actual: Observation): string | undefined {
  const expected = observation.final;
  if (!expected) return undefined;
  return (
    differ('final.status', expected.status, actual.final?.status) ??
    (expected.status === 'ERROR'
      ? errorContent(observation, expected, actual.final?.content)
      : differ('final.content', expected.content, actual.final?.content ?? null)) ??
    outputs('final.step_results', expected.step_results, actual.final?.step_results ?? [])
  );
}

const ERROR_PREFIX = 'Workflow execution failed: ';

function errorContent(
  { run_error }: Observation,
  { content }: ObservedFinal,
  actual: JsonValue | undefined,
): string | undefined {
  const message =
    run_error === undefined ? pyStr(content).replace(ERROR_PREFIX, '') : run_error.replace(/^[\w.]+: /, '');
  if (content === undefined || pyStr(actual).includes(message)) return undefined;
  return `final.content: expected it to contain ${JSON.stringify(message)}, got ${JSON.stringify(actual)}`;
}

function outputs(
  at: string,
  expected: readonly ObservedOutput[] | undefined,
  actual: readonly ObservedOutput[],
): string | undefined {
  if (expected === undefined) return undefined;
  for (const [index, output] of expected.entries()) {
    const ours = actual[index];
    if (!ours) break;
    const problem = outputDifference(`${at}[${index}]`, output, ours);
    if (problem) return problem;
  }
  return differ(`number of ${at}`, expected.length, actual.length);
}

function outputDifference(at: string, expected: ObservedOutput, actual: ObservedOutput): string | undefined {
  const { type, name } = expected;
  const isLeaf = !expected.steps?.length && (!type || LEAF_TYPES.includes(type));
  return (
    differ(`${at}.name`, name ?? undefined, actual.name) ??
    differ(`${at}.type`, type === 'None' || type === null ? undefined : type, actual.type) ??
    differ(`${at}.success`, expected.success, actual.success) ??
    (isLeaf ? differ(`${at}.content`, expected.content, actual.content ?? null) : undefined) ??
    outputs(`${at}.steps`, isLeaf ? undefined : expected.steps, actual.steps ?? [])
  );
}

const LEAF_TYPES = ['Step', 'None'];

function executions(all: readonly ObservedCall[], aliases: ReadonlyMap<string, string>): readonly ObservedCall[] {
  return all
    .filter(({ step, model, tool }) => (step ?? model ?? tool) !== undefined)
    .map((call) =>
      call.model === undefined ? call : { ...call, ...heard(call), model: aliases.get(call.model) ?? call.model },
    );
}

/** Python's text of a value and its JSON say the same to a model: no rule of the engine is in the difference. */
function heard({ user }: ObservedCall): Partial<ObservedCall> {
  return typeof user === 'string' ? { user: askedInPython(user) } : {};
}

function calls(
  parallels: ReadonlyMap<string, string>,
  expected: readonly ObservedCall[],
  actual: readonly ObservedCall[],
): string | undefined {
  const theirs = inOrder(parallels, expected);
  const ours = inOrder(parallels, actual);
  for (const [index, call] of theirs.entries()) {
    const problem =
      ours[index] && callDifference(call, ours[index], `calls[${index}] of '${call.step ?? callName(call)}'`);
    if (problem) return problem;
  }
  return differ('calls', theirs.map(callName), ours.map(callName));
}

function callDifference(expected: ObservedCall, actual: ObservedCall, at: string): string | undefined {
  return (
    differ(`${at}: step`, expected.step, actual.step) ??
    differ(`${at}: model`, expected.model, actual.model) ??
    differ(`${at}: user`, expected.user, actual.user) ??
    differ(`${at}: tool_results`, resultsOf(expected), resultsOf(actual)) ??
    differ(`${at}: tool`, expected.tool, actual.tool) ??
    differ(`${at}: args`, expected.args, actual.args) ??
    differ(`${at}: call`, expected.call, actual.call) ??
    differ(`${at}: input`, expected.input, actual.input) ??
    (actual.prev_of_parallel ? undefined : differ(`${at}: prev`, expected.prev, actual.prev)) ??
    additionalDifference(expected.additional_data, actual.additional_data, at)
  );
}

/** agno hands the answers of members over in other words when they paused, those of all members to each delegation. */
const ANSWER_OF_MEMBER = /Member results after human-in-the-loop resolution:|\[[^\]]*\]:|Agent [^:]*:/;

/** As a set: agno lists the results of a turn in the order in which its calls ran, those that waited for a human last. */
function resultsOf({ tool_results: results }: ObservedCall): JsonValue | undefined {
  const parts = results?.flatMap((result) => pyStr(result).split(ANSWER_OF_MEMBER));
  const texts = parts?.map((text) => text.replace(/\s+/g, '')).filter(Boolean);
  return texts && [...new Set(texts)].sort(compareText);
}

const ADDITIONAL = ['user_input', 'rejection_feedback', 'previous_output'];

function additionalDifference(
  expected: Fields | null | undefined,
  actual: Fields | null | undefined,
  at: string,
): string | undefined {
  if (expected === undefined) return undefined;
  for (const key of ADDITIONAL) {
    const [theirs, ours] = [expected, actual].map((data) => additional(key, data?.[key]));
    const problem = differ(`${at}: additional_data.${key}`, theirs, ours);
    if (problem) return problem;
  }
  return undefined;
}

/** agno hands the previous output back as text, and not where Python takes it for false: '' or 0 leave nothing to improve. */
function additional(key: string, value: JsonValue | undefined): JsonValue {
  if (key !== 'previous_output') return value ?? null;
  const isFalsy = !value || (typeof value === 'object' && Object.keys(value).length === 0);
  return isFalsy ? null : pyStr(value);
}

/**
 * The calls with those whose order is free – inside one Parallel, of the members of a team, and the tool calls of one model
 * turn – in the order of their names.
 */
function inOrder(parallels: ReadonlyMap<string, string>, all: readonly ObservedCall[]): readonly ObservedCall[] {
  const groupOf = (call: ObservedCall) => {
    const name = call.step ?? call.model ?? call.tool!;
    return parallels.get(name) ?? (call.tool === undefined ? undefined : 'tools of one turn');
  };
  const sorted: ObservedCall[] = [];
  for (let from = 0; from < all.length; ) {
    const group = groupOf(all[from]!);
    let to = from + 1;
    while (group !== undefined && to < all.length && groupOf(all[to]!) === group) to += 1;
    sorted.push(...all.slice(from, to).sort((a, b) => compareText(sortName(a), sortName(b))));
    from = to;
  }
  return sorted;
}

function callName({ step, call, model, tool, args, tool_results: results = [] }: ObservedCall): string {
  if (tool !== undefined) return `tool ${tool} ${canonical(args)}`;
  return model === undefined ? `${step}#${call}` : `model ${model} after ${results.length}`;
}

/** Two calls of a member may differ in their task alone. */
function sortName(call: ObservedCall): string {
  return `${callName(call)} ${canonical(call.user)}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function differ(what: string, expected: JsonValue | undefined, actual: JsonValue | undefined): string | undefined {
  if (expected === undefined || canonical(expected) === canonical(actual)) return undefined;
  return `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
}

/** JSON with its keys sorted, so that their order does not count. */
function canonical(value: JsonValue | undefined): string | undefined {
  return JSON.stringify(value, (_, entry: JsonValue) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => compareText(a, b)))
      : entry,
  );
}
