/** From what an executor returned to a StepOutput: plain JSON, frozen, the same for inline functions and activities (H7). */
import { defined } from '../define/defined.ts';
import { asJson, isRecord, isTooDeep } from '../define/json.ts';
import { stepTypeOf } from '../define/node.ts';
import { reasonOf } from '../define/reason.ts';
import { isStepResult, type Json, type StepOutput } from '../define/step-output.ts';
import { FAILURE } from '../protocol/failure.ts';
import { NodeFailure } from '../human/outcome.ts';
import { withStacks } from '../human/stacks.ts';
import type { Here } from './scope.ts';
import type { Frame } from './tree.ts';

/** Levels of nesting of an output: some thousands more would overflow the stack of whoever reads it. */
const OUTPUT_DEPTH_LIMIT = 1_000;

/** The output of a step's executor; its session state patch is applied. @throws {NodeFailure} for what JSON cannot hold */
export function leafOutput(here: Here, returned: unknown): StepOutput {
  const { node, path, scope } = here;
  const result = isStepResult(returned) ? returned : { content: returned };
  const patch = toJson(result.sessionState ?? {}, path);
  if (!isRecord(patch)) {
    throw new NodeFailure(`sessionState must be an object, got ${JSON.stringify(patch)}`, path, FAILURE.invalidOutput);
  }
  const content = toJson(result.content, path);
  scope.state.patch(patch);
  const output = defined({
    name: node.name,
    type: 'Step',
    content,
    success: result.success !== false,
    error: result.error === undefined ? undefined : String(result.error),
    stop: result.stop === true || undefined,
  });
  return Object.freeze(output);
}

/** The output of a container; a child's stop is its own. */
export function containerOutput(
  frame: Frame,
  more: Partial<StepOutput> = {},
  steps: readonly StepOutput[] = frame.outputs(),
): StepOutput {
  return Object.freeze({ ...frame.withOutputs(steps), ...withSteps(steps), ...more });
}

function withSteps(steps: readonly StepOutput[]): Pick<StepOutput, 'steps' | 'stop'> {
  return defined({ stop: steps.some((output) => output.stop) || undefined, steps: Object.freeze(steps) });
}

/** The output of a node that failed, wholly or until a later attempt. A child's stop holds also where a sibling failed. */
export function failedOutput(here: Here, content: Json, error: string): StepOutput {
  const before = here.slot.snapshot();
  return Object.freeze({
    name: here.node.name,
    type: before?.type ?? stepTypeOf(here.node),
    content,
    success: false,
    error,
    ...(before?.steps ? withSteps(before.steps) : {}),
  });
}

/** The value as JSON sees it, frozen all the way down. @throws {NodeFailure} */
export function toJson(value: unknown, path: string): Json {
  try {
    const json = withStacks(() => asJson(value));
    if (isTooDeep(json, OUTPUT_DEPTH_LIMIT)) throw new Error(`it is nested deeper than ${OUTPUT_DEPTH_LIMIT} levels`);
    return json;
  } catch (error) {
    const problem = `what the step returned cannot be held as JSON: ${reasonOf(error)}`;
    throw new NodeFailure(problem, path, FAILURE.invalidOutput);
  }
}
