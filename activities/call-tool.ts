/**
 * The activity `<agent>.<tool>`: one tool call. The last gate is here, where the effect is: whatever the run thinks, a
 * tool that this worker's definition gates runs only with the answer of a human that it asks for (H2), and only with the
 * arguments that the human was shown (H5).
 */
import { Context } from '@temporalio/activity';
import { asJson, jsonBytes } from '../workflows/define/json.ts';
import type { Json } from '../workflows/define/step-output.ts';
import type { ToolOutcome, ToolRequest } from '../workflows/protocol/agent.ts';
import { checkStandardSchema } from '../workflows/protocol/input-schema.ts';
import { gateOf } from './plan-call.ts';
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
    const { args, rawArgs = args, approval, ...scope } = request;
    const checked = await checkStandardSchema(tool.inputSchema, rawArgs);
    if (!checked.ok) return { invalid: `The arguments of '${name}' do not fit: ${checked.problem}` };
    const gated = gateOf(tool, checked.value);
    // An answer that names no question is nobody's.
    const answered = approval?.requirement ? approval : undefined;
    if (gated && gated.gate !== answered?.gate) return { gated };
    if (answered?.gate === 'confirmation' && !isSame(checked.value, args)) {
      return {
        invalid: `'${name}' no longer reads its arguments as they were approved (its schema has changed): call it again`,
      };
    }
    const by = answered?.by === undefined ? {} : { by: answered.by };
    const context: ToolContext = { ...scope, ...by, abortSignal: Context.current().cancellationSignal };
    return outcomeOf(name, await tool.execute(checked.value, context), limits);
  };
}

function outcomeOf(name: string, returned: unknown, limits: ToolLimits): ToolOutcome {
  let result: Json;
  try {
    result = asJson(returned);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { error: `'${name}' has run, but its result cannot be held as JSON: ${reason}` };
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
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
