/**
 * What is to be done about a tool call that a model made: whether it can run at all, and whether a human has to be asked
 * first. Bad calls are the model's to hear. Gates fail closed: a predicate opens only on literal `false`.
 */
import { defined } from '../workflows/define/defined.ts';
import { asJson, isRecord, jsonBytes } from '../workflows/define/json.ts';
import type { Json } from '../workflows/define/step-output.ts';
import type { ObjectJsonSchema } from '../workflows/define/user-input-schema.ts';
import { type GatePlan, type PlannedCall, TOOL_PAYLOAD_LIMIT, type ToolCallPart } from '../workflows/protocol/agent.ts';
import { accept, type Checked, refuse } from '../workflows/protocol/checked.ts';
import { sentenceOf } from '../workflows/protocol/input-schema.ts';
import { checkJsonSchema } from '../workflows/protocol/user-input.ts';
import { asPlainJson, fieldOf, issuesOf } from './schema.ts';
import type { ToolDefinition } from './tool.ts';
import type { Delegation, Toolkit } from './toolkit.ts';

/** @param problem why the arguments cannot even be read */
export async function planCall(
  part: ToolCallPart,
  problem: string | undefined,
  { own }: Toolkit,
): Promise<PlannedCall> {
  const { toolCallId, toolName, input } = part;
  const call = { toolCallId, toolName };
  const tell = (error: string): PlannedCall => ({ ...call, do: 'tell', error });
  const wrong = (what: string) => tell(`The arguments of '${toolName}' ${what}. Call it again, corrected.`);
  const tool = Object.hasOwn(own, toolName) ? own[toolName]! : undefined;
  if (!tool) return tell(`There is no tool '${toolName.slice(0, 80)}'. The tools are: ${Object.keys(own).join(', ')}.`);
  if (problem !== undefined) return wrong(problem);
  if (tool.kind === 'delegation') return planDelegation(call, tool, input);
  const checked = await checkArgs(tool, input);
  if (!checked.ok) return wrong(`do not fit: ${checked.problem}`);
  const gated = gateOf(tool, checked.value);
  // What a human decides about is what runs: the arguments as checked, not as written – all of them. Nobody looks at others,
  // and the tool gets what its schema makes of them where it runs.
  const args = gated ? shownArgs(tool, input, checked.value) : (jsonOrUndefined(checked.value) ?? input);
  if (args === undefined) return wrong('cannot be held as JSON');
  const size = jsonBytes(args);
  if (gated && size > TOOL_PAYLOAD_LIMIT) {
    return wrong(`have ${size} bytes, too many for the human who has to look at them (${TOOL_PAYLOAD_LIMIT})`);
  }
  const changed = JSON.stringify(args) !== JSON.stringify(input);
  return defined({ ...call, do: 'run', args: changed ? args : undefined, idempotent: tool.idempotent, gated });
}

function planDelegation(
  call: { readonly toolCallId: string; readonly toolName: string },
  { jsonSchema, members, toAll, direct }: Delegation,
  input: Json,
): PlannedCall {
  const checked = checkJsonSchema(jsonSchema, input);
  const { member_id: member = '', task = '' } = (checked.ok ? input : {}) as { member_id?: string; task?: string };
  if (checked.ok) return { ...call, do: 'delegate', members: toAll ? members : [member], task, direct };
  const error = `The arguments of '${call.toolName}' do not fit: ${checked.problem}. The members are: ${members.join(', ')}.`;
  return { ...call, do: 'tell', error };
}

/**
 * The arguments as the tool's function gets them. A field that a human will fill may be missing, or wrong: then the
 * others are checked, and the whole after the merge.
 */
async function checkArgs({ inputSchema, userInputFields }: ToolDefinition, input: Json): Promise<Checked<unknown>> {
  const checked = await issuesOf(inputSchema, input);
  if ('value' in checked) return accept(checked.value);
  const asked = userInputFields.length > 0 && isRecord(input);
  const issues = asked ? checked.issues.filter((issue) => !isHumans(issue, userInputFields)) : checked.issues;
  return issues.length === 0 ? accept(undefined) : refuse(sentenceOf(issues));
}

type Issue = Parameters<typeof fieldOf>[0];

/** Is the issue one that a human's values can mend? One about the whole may be. */
export function isHumans(issue: Issue, userInputFields: readonly string[]): boolean {
  const field = fieldOf(issue);
  return userInputFields.length > 0 && (field === undefined || userInputFields.includes(field));
}

/** What a human is shown of the arguments; `undefined` where JSON does not show all that would run. */
function shownArgs(tool: ToolDefinition, input: Json, checked: unknown): Json | undefined {
  const { userInputFields, jsonSchema } = tool;
  if (userInputFields.length === 0 || !isRecord(input)) return asPlainJson(checked);
  // The model's own words for the fields are suggestions; the others are as checked, where they could be checked already.
  const plain = checked === undefined ? withDefaults(input, jsonSchema) : asPlainJson(checked);
  if (!isRecord(plain)) return undefined;
  const own = Object.entries(plain).filter(([key]) => !userInputFields.includes(key));
  const suggested = Object.entries(input).filter(([key]) => userInputFields.includes(key));
  return Object.fromEntries([...own, ...suggested]);
}

/** Defaults are known before the whole can be checked. */
function withDefaults(input: JsonObject, { properties }: ToolDefinition['jsonSchema']): Json {
  const declared = Object.entries((properties ?? {}) as Readonly<Record<string, { readonly default?: Json }>>);
  const defaults = declared.flatMap(([key, schema]) => (schema.default === undefined ? [] : [[key, schema.default]]));
  return { ...(Object.fromEntries(defaults) as JsonObject), ...input };
}

type JsonObject = { readonly [key: string]: Json };

/** The gate in front of a tool with these arguments, as checked. */
export function gateOf(tool: ToolDefinition, args: unknown): GatePlan | undefined {
  if (tool.externalExecution) return { gate: 'external_execution' };
  if (tool.userInputFields.length > 0) return { gate: 'user_input', userInputSchema: fieldsOf(tool) };
  const { requiresConfirmation } = tool;
  if (requiresConfirmation === false) return undefined;
  return requiresConfirmation !== true && saysNo(requiresConfirmation, args) ? undefined : { gate: 'confirmation' };
}

function saysNo(predicate: (args: unknown) => unknown, args: unknown): boolean {
  try {
    const said = predicate(args);
    // A promise is not an answer, and its failure is nobody's.
    if (said instanceof Promise) said.catch(() => {});
    return said === false;
  } catch {
    return false;
  }
}

/**
 * The schema of the fields that a human fills. Without patterns: a run checks it in its sandbox, where an answer that a
 * pattern takes long over would stop it, and the tool's own schema decides in the end.
 */
function fieldsOf({ jsonSchema, userInputFields }: ToolDefinition): ObjectJsonSchema {
  const { properties, required, ...shared } = withoutPatterns(jsonSchema) as { readonly [keyword: string]: Json };
  const isField = (key: string) => userInputFields.includes(key);
  const all = Object.entries((properties ?? {}) as JsonObject);
  return {
    ...shared,
    type: 'object',
    properties: Object.fromEntries(all.filter(([key]) => isField(key))),
    required: (Array.isArray(required) ? (required as string[]) : []).filter(isField),
    additionalProperties: false,
  };
}

const PATTERNS = ['pattern', 'patternProperties'];
/** Keywords whose keys are names of the author's, not keywords. */
const NAMED = ['properties', '$defs', 'definitions', 'dependentSchemas'];

function withoutPatterns(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutPatterns);
  if (!isRecord(schema)) return schema;
  const kept = Object.entries(schema).filter(([key]) => !PATTERNS.includes(key));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (!NAMED.includes(key) || !isRecord(value)) return [key, withoutPatterns(value)];
      return [key, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutPatterns(each)]))];
    }),
  );
}

function jsonOrUndefined(value: unknown): Json | undefined {
  try {
    return asJson(value);
  } catch {
    return undefined;
  }
}
