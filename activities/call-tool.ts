/**
 * The activity `<agent>.<tool>`: one tool call. The last gate is here, where the effect is: whatever the run thinks, a
 * tool that this worker's definition gates runs only with the answer of a human that it asks for (H2), and only with the
 * arguments that the human was shown (H5).
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { defined } from '../workflows/define/defined.ts';
import { asJson, DEPTH_LIMIT, isRecord, isTooDeep, jsonBytes } from '../workflows/define/json.ts';
import { reasonOf } from '../workflows/define/reason.ts';
import type { Json } from '../workflows/define/step-output.ts';
import type { GatePlan, ToolApproval, ToolOutcome, ToolRequest } from '../workflows/protocol/agent.ts';
import { FAILURE } from '../workflows/protocol/failure.ts';
import { sentenceOf } from '../workflows/protocol/input-schema.ts';
import { gateOf, isHumans } from './plan-call.ts';
import { asPlainJson, issuesOf } from './schema.ts';
import type { ToolContext, ToolDefinition } from './tool.ts';

export interface ToolLimits {
  /** Bytes of JSON of a result. */
  readonly result: number;
}

export function toolActivity(
  name: string,
  tool: ToolDefinition,
  limits: ToolLimits,
): (request: ToolRequest) => Promise<ToolOutcome> {
  return async (request) => {
    const { args, rawArgs = args, approval, ...scope } = checkedRequest(name, request);
    // A copy: a schema or a predicate that changes it in place must not change what is compared with it.
    const checked = await issuesOf(tool.inputSchema, structuredClone(rawArgs));
    if ('issues' in checked) return refusal(name, tool, checked.issues, approval);
    const { value } = checked;
    const gated = gateOf(tool, value);
    if (gated && !isPassed(gated, tool, approval)) return { gated };
    if (approval && !isSame(value, args)) {
      const shown = asPlainJson(value);
      if (shown === undefined)
        return { invalid: `The arguments of '${name}' cannot be shown to a human as they would run` };
      // The schema makes others of them than the human saw: they have to see these.
      return { gated: { gate: 'confirmation' }, args: shown };
    }
    const abortSignal = Context.current().cancellationSignal;
    const context: ToolContext = defined({ ...scope, by: approval?.by, abortSignal });
    return outcomeOf(name, await tool.execute(value, context), limits);
  };
}

/**
 * Whoever may start an activity can call a tool, with anything. Told once: no retry makes another request of it.
 * @throws {ApplicationFailure} `holdpoint.InvalidInput`
 */
function checkedRequest(name: string, request: ToolRequest): ToolRequest {
  const { approval, args } = request ?? {};
  const isRead = approval === undefined || approval === null || isApproval(approval);
  if (args !== undefined && isRead) return request;
  throw ApplicationFailure.create({
    message: `'${name}' is called by the loop of an agent: its argument is a ToolRequest, with \`args\` and, where a human let it run, a whole \`approval\``,
    type: FAILURE.invalidInput,
    nonRetryable: true,
  });
}

function isApproval({ gates, fields = [] }: Partial<ToolApproval>): boolean {
  return Array.isArray(gates) && Array.isArray(fields);
}

/** Has a human answered what this worker's definition asks? An answer that names no question is nobody's. */
function isPassed(
  { gate }: GatePlan,
  { userInputFields }: ToolDefinition,
  approval: ToolApproval | undefined,
): boolean {
  if (!approval?.requirement || !approval.gates.includes(gate)) return false;
  return gate !== 'user_input' || userInputFields.every((field) => approval.fields?.includes(field));
}

function refusal(
  name: string,
  { userInputFields }: ToolDefinition,
  issues: Parameters<typeof sentenceOf>[0],
  approval: ToolApproval | undefined,
): ToolOutcome {
  const invalid = `The arguments of '${name}' do not fit: ${sentenceOf(issues)}`;
  // What the model wrote, only the model can mend.
  const human = approval?.gates.includes('user_input') && issues.every((issue) => isHumans(issue, userInputFields));
  return human ? { invalid, fields: true } : { invalid };
}

function outcomeOf(name: string, returned: unknown, limits: ToolLimits): ToolOutcome {
  let result: Json;
  try {
    if (isTooDeep(returned)) throw new TypeError(`it nests more than ${DEPTH_LIMIT} levels`);
    result = asJson(returned);
  } catch (error) {
    return { error: `'${name}' has run, but its result cannot be held as JSON: ${reasonOf(error)}` };
  }
  const size = jsonBytes(result);
  if (size <= limits.result) return { result };
  return {
    error: `'${name}' has run, but its result has ${size} bytes, more than the ${limits.result} that fit: ask it for less`,
  };
}

/** The same JSON, whatever the order of keys. */
function isSame(value: unknown, shown: Json): boolean {
  try {
    return canonical(asJson(value)) === canonical(shown);
  } catch {
    return false;
  }
}

function canonical(value: Json): string {
  return JSON.stringify(value, (_, each: Json) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}
