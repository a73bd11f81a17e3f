/** Runs a proxied activity, normal or local, for a step: with the step's name, attempts and heartbeat. */
import { ActivityCancellationType } from '@temporalio/common';
import { type ActivityRef, temporalStub } from '../define/activity-ref.ts';
import { DEFAULT_HEARTBEAT_TIMEOUT, DEFAULT_MAX_RETRIES, isGated, type StepNode } from '../define/step.ts';
import { jsonBytes } from '../define/json.ts';
import type { StepInput } from '../define/step-input.ts';
import { FAILURE, PAYLOAD_LIMIT } from '../protocol/failure.ts';
import { isControl, mayHaveRun, NodeFailure } from './outcome.ts';
import type { Here } from './scope.ts';

/** @throws {NodeFailure} that "may have run" where a gated executor was lost with its worker */
export async function callActivity(node: StepNode, ref: ActivityRef, input: StepInput, here: Here): Promise<unknown> {
  const size = jsonBytes(input);
  if (size > PAYLOAD_LIMIT) {
    const advice = 'return a reference from earlier steps instead of the data';
    throw new NodeFailure(`The input of '${node.name}' has ${size} bytes: ${advice}`, here.path, FAILURE.tooLarge);
  }
  const once = isGated(node) && !node.idempotent;
  try {
    const options = optionsFor(node, ref, once);
    const call = () => temporalStub(ref).executeWithOptions(options, [input]);
    return await here.scope.run.desk.work(call, { brief: ref.local });
  } catch (error) {
    if (once && !isControl(error) && mayHaveRun(error)) {
      throw new NodeFailure(
        `The executor of '${node.name}' may have run: no result came back (its worker died, or it took too long)`,
        here.path,
        FAILURE.mayHaveRun,
        true,
      );
    }
    throw error;
  }
}

function optionsFor(node: StepNode, ref: ActivityRef, once: boolean): object {
  const { retry } = ref.options;
  const wanted = node.maxRetries === undefined ? undefined : node.maxRetries + 1;
  const maximumAttempts = once ? 1 : (wanted ?? retry?.maximumAttempts ?? DEFAULT_MAX_RETRIES + 1);
  return {
    summary: node.name,
    retry: { ...retry, maximumAttempts },
    // A cancelled Parallel waits for what is still running, so that nothing works on behind an ended run.
    cancellationType: ref.options.cancellationType ?? ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(ref.local
      ? {}
      : { heartbeatTimeout: node.heartbeatTimeout ?? ref.options.heartbeatTimeout ?? DEFAULT_HEARTBEAT_TIMEOUT }),
  };
}
