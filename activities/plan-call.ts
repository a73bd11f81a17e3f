/**
 * What is to be done about a tool call that a model made: whether it can run at all, and whether a human has to be asked
 * first. Bad calls are the model's to hear. Gates fail closed: a predicate opens only on literal `false`.
 */
import { asJson, jsonBytes } from '../workflows/define/json.ts';
import type { Json } from '../workflows/define/step-output.ts';
import type { ObjectJsonSchema } from '../workflows/define/user-input-schema.ts';
import { type GatePlan, type PlannedCall, TOOL_PAYLOAD_LIMIT, type ToolCallPart } from '../workflows/protocol/agent.ts';
import { checkStandardSchema } from '../workflows/protocol/input-schema.ts';
import { type Checked, checkJsonSchema } from '../workflows/protocol/user-input.ts';
import type { ToolDefinition } from './tool.ts';
import type { Delegation, Toolkit } from './toolkit.ts';

/** @param malformed the arguments are no JSON */
export async function planCall(part: ToolCallPart, malformed: boolean, { own }: Toolkit): Promise<PlannedCall> {
  const { toolCallId, toolName, input } = part;
  const call = { toolCallId, toolName };
  const tell = (error: string): PlannedCall => ({ ...call, do: 'tell', error });
  const tool = Object.hasOwn(own, toolName) ? own[toolName]! : undefined;
  if (!tool) return tell(`There is no tool '${toolName.slice(0, 80)}'. The tools are: ${Object.keys(own).join(', ')}.`);
  if (malformed) return tell(`The arguments of '${toolName}' are not valid JSON. Call it again with a JSON object.`);
  if (tool.kind === 'delegation') return planDelegation(call, tool, input);
  const checked = await checkArgs(tool, input);
  if (!checked.ok)
    return tell(`The arguments of '${toolName}' do not fit: ${checked.problem}. Call it again, corrected.`);
  const gated = gateOf(tool, checked.value);
  // What a human decides about is what runs: the arguments as checked, not as written.
  const args = gated?.gate === 'user_input' ? input : jsonOrUndefined(checked.value);
  if (args === undefined)
    return tell(`The arguments of '${toolName}' cannot be held as JSON. Call it again with others.`);
  const size = jsonBytes(args);
  if (gated && size > TOOL_PAYLOAD_LIMIT) {
    return tell(
      `The arguments of '${toolName}' have ${size} bytes, too many for the human who has to look at them (${TOOL_PAYLOAD_LIMIT}). Call it again with fewer.`,
    );
  }
  const changed = JSON.stringify(args) !== JSON.stringify(input);
  const { idempotent } = tool;
  return { ...call, do: 'run', ...(changed ? { args } : {}), idempotent, ...(gated ? { gated } : {}) };
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
 * arguments are checked without it, and as a whole after the merge.
 */
async function checkArgs(tool: ToolDefinition, input: Json): Promise<Checked<unknown>> {
  if (tool.userInputFields.length === 0) return checkStandardSchema(tool.inputSchema, input);
  const { fields, rest } = splitSchema(tool);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return checkJsonSchema(rest, input);
  const own = Object.entries(input).filter(([key]) => !Object.hasOwn(fields.properties as object, key));
  return checkJsonSchema(rest, Object.fromEntries(own));
}

/** The gate in front of a tool with these arguments, as checked. */
export function gateOf(tool: ToolDefinition, args: unknown): GatePlan | undefined {
  if (tool.externalExecution) return { gate: 'external_execution' };
  if (tool.userInputFields.length > 0) return { gate: 'user_input', userInputSchema: splitSchema(tool).fields };
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

/** The schema of the fields that a human fills, and that of the other arguments. */
function splitSchema({ jsonSchema, userInputFields }: ToolDefinition): {
  readonly fields: ObjectJsonSchema;
  readonly rest: ObjectJsonSchema;
} {
  const { properties, required, ...shared } = jsonSchema;
  const all = Object.entries((properties ?? {}) as { readonly [key: string]: Json });
  const needed = (Array.isArray(required) ? required : []) as string[];
  const part = (belongs: (key: string) => boolean): ObjectJsonSchema => ({
    ...shared,
    type: 'object',
    properties: Object.fromEntries(all.filter(([key]) => belongs(key))),
    required: needed.filter(belongs),
  });
  const isField = (key: string) => userInputFields.includes(key);
  return { fields: { ...part(isField), additionalProperties: false }, rest: part((key) => !isField(key)) };
}

function jsonOrUndefined(value: unknown): Json | undefined {
  try {
    return asJson(value);
  } catch {
    return undefined;
  }
}
