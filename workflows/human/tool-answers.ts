/**
 * Which answer fits which tool call: the executor pauses' part of the answer rules, as pure as they are, for client and
 * workflow alike. An executor pause has an answer for each of its calls; a decision gives some of them, all or none of
 * which take effect.
 */
import { defined } from '../define/defined.ts';
import { asJson, isRecord } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import { accept, type Checked, refuse } from '../protocol/checked.ts';
import type { StepRequirement, ToolRequirement } from '../protocol/requirement.ts';
import type { Decision, ToolDecision } from '../protocol/signals.ts';
import { checkUserInput } from '../protocol/user-input.ts';

/** What a model is told of a call that was rejected without a word; agno's sentence. */
export const REJECTED_NOTE = 'Function call was rejected by the user';

/** The fields that an answer adds to its tool call. */
export type ToolAnswer = Pick<ToolRequirement, 'resolution' | 'note' | 'userInput' | 'result'>;
type ToolAction = ToolDecision['action'];

/** The actions that each kind of gate takes. */
export const TOOL_ACTIONS: Readonly<Record<ToolRequirement['kind'], readonly ToolAction[]>> = {
  confirmation: ['confirm', 'reject'],
  user_input: ['input', 'reject'],
  external_execution: ['result', 'reject'],
};

/** What each action says. */
const FIELDS: Readonly<Record<ToolAction, readonly (keyof ToolDecision)[]>> = {
  confirm: [],
  reject: ['note'],
  input: ['values'],
  result: ['result'],
};

/** The calls that a decision names and that are answered already. */
export function answeredCalls(
  { tools = [] }: StepRequirement,
  { toolCall, tools: given }: Decision,
): ToolRequirement[] {
  const named = new Set([...(toolCall === undefined ? [] : [toolCall]), ...Object.keys(isRecord(given) ? given : {})]);
  return tools.filter(({ toolCallId, resolution }) => resolution !== undefined && named.has(toolCallId));
}

/** The answers of a decision by tool call id, or one sentence that says what is wrong with the first that is no answer. */
export function checkToolDecision(
  requirement: StepRequirement,
  decision: Decision,
): Checked<ReadonlyMap<string, ToolAnswer>> {
  const given = toolDecisions(requirement, decision);
  if (!given.ok) return given;
  const answers = new Map<string, ToolAnswer>();
  for (const [id, each] of given.value) {
    const tool = requirement.tools?.find(({ toolCallId }) => toolCallId === id);
    const checked = tool
      ? checkOne(tool, each)
      : refuse(`there is no such call; the calls are ${callIds(requirement.tools)}`);
    if (!checked.ok) return refuse(`tool call '${id.slice(0, 80)}': ${checked.problem}`);
    answers.set(id, checked.value);
  }
  return accept(answers);
}

/** A decision for one call says it in its own fields; one for several has `tools`. */
function toolDecisions(requirement: StepRequirement, decision: Decision): Checked<readonly [string, ToolDecision][]> {
  const { requirement: _, digest: __, action, toolCall, tools, feedback, ...more } = decision;
  if (action !== undefined && !(typeof action === 'string' && Object.hasOwn(FIELDS, action))) {
    return refuse(`${nameOf(action)} is no answer to a tool call; it takes ${Object.keys(FIELDS).join(', ')}`);
  }
  if (toolCall !== undefined && typeof toolCall !== 'string') return refuse('`toolCall` must be a string');
  if (tools === undefined) {
    const id = toolCall ?? (requirement.tools?.length === 1 ? requirement.tools[0]!.toolCallId : undefined);
    // Not even where one call is left: a second click must not answer a call that nobody looked at.
    if (id === undefined) return refuse(`name the call with \`toolCall\`; the calls are ${callIds(requirement.tools)}`);
    const note = feedback === undefined ? {} : { note: feedback };
    return accept([[id, { action: action as ToolAction, ...more, ...note }]]);
  }
  if (!isRecord(tools) || Object.keys(tools).length === 0) {
    return refuse('`tools` must be an object with an answer for at least one tool call id');
  }
  const others = { action, toolCall, feedback, ...more };
  const stray = strayIn(others, []);
  return stray === undefined
    ? accept(Object.entries(tools))
    : refuse(`\`tools\` has all the answers, of a \`continueRun\`: leave out '${stray}'`);
}

function checkOne(tool: ToolRequirement, decision: unknown): Checked<ToolAnswer> {
  if (tool.resolution !== undefined) return refuse(`it is already ${tool.resolution}`);
  if (!isRecord(decision)) return refuse('its answer is no object');
  const { action, ...fields } = decision;
  const actions: readonly unknown[] = TOOL_ACTIONS[tool.kind];
  if (!actions.includes(action)) return refuse(`${nameOf(action)} is no answer to it; it takes ${actions.join(', ')}`);
  const allowed: readonly string[] = FIELDS[action as ToolAction];
  const stray = strayIn(fields, allowed);
  if (stray !== undefined) return refuse(`'${String(action)}' takes no '${stray.slice(0, 80)}'`);
  return ANSWERS[action as ToolAction](tool, fields as Omit<ToolDecision, 'action'>);
}

type Fields = Omit<ToolDecision, 'action'>;

const ANSWERS: Readonly<Record<ToolAction, (tool: ToolRequirement, fields: Fields) => Checked<ToolAnswer>>> = {
  confirm: () => accept({ resolution: 'confirmed' }),
  reject: (_, { note }) => {
    if (note !== undefined && typeof note !== 'string') return refuse('the note must be a string');
    return accept(defined({ resolution: 'rejected', note: note || undefined }));
  },
  input: ({ userInputSchema }, { values }) => {
    if (values === undefined) return refuse('`values` are missing');
    const checked = checkUserInput(userInputSchema, values);
    return checked.ok ? accept({ resolution: 'confirmed', userInput: checked.value }) : checked;
  },
  result: (_, { result }) =>
    result === undefined
      ? refuse('`result` is missing: a text, or any JSON')
      : accept({ resolution: 'confirmed', result: asJson(result) }),
};

/** The arguments with the human's values in place of the model's. */
export function withUserInput(args: Json, { userInput = {}, userInputSchema }: ToolRequirement): Json {
  if (!isRecord(args)) return args;
  const fields = askedFields(userInputSchema);
  // A field that the human left empty stays empty: what the model wrote there is a suggestion, not an answer.
  const kept = Object.entries(args).filter(([key]) => !fields.includes(key));
  return { ...Object.fromEntries(kept), ...userInput } as Json;
}

/** The arguments that a human is asked to fill. */
export function askedFields(schema: ToolRequirement['userInputSchema']): readonly string[] {
  return Object.keys((schema?.properties ?? {}) as object);
}

/** The first field that says something and is not among these. */
export function strayIn(fields: object, allowed: readonly string[]): string | undefined {
  return Object.entries(fields).find(([key, value]) => value !== undefined && !allowed.includes(key))?.[0];
}

/** Calls as a sentence names them. */
export function callIds(tools: readonly Pick<ToolRequirement, 'toolCallId' | 'toolName'>[] = []): string {
  return tools.map(({ toolCallId, toolName }) => `${toolCallId} (${toolName})`).join(', ');
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : 'a missing action';
}
