/** The three ways to run a function: inline, as an activity, as a local activity. */
import { condition, defineSignal, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { parallel, proxyActivities, proxyLocalActivities, step, steps, workflow } from 'holdpoint/workflow';

interface Activities {
  look(input: unknown): Promise<unknown>;
  fail(input: unknown): Promise<string>;
  slow(input: unknown): Promise<string>;
  quick(input: unknown): Promise<string>;
  keys(...args: unknown[]): Promise<string[][]>;
}

const remote = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });
const local = proxyLocalActivities<Activities>({ startToCloseTimeout: '10s' });
const patient = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '10ms', backoffCoefficient: 1 },
});
const strict = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 2, initialInterval: '10ms' },
});
const patientLocal = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '10ms', backoffCoefficient: 1 },
});

/** Each executor says what its input was. */
export const executorKinds = workflow({
  name: 'executorKinds',
  steps: [
    step({
      name: 'inline',
      executor: (input) => ({ text: input.getInputAsString(), content: input.getStepContent('nobody') ?? null }),
    }),
    step({ name: 'as an activity', executor: remote.look }),
    step({ name: 'as a local one', executor: local.look }),
    step({ name: 'watched', executor: remote.look, heartbeatTimeout: '7s' }),
  ],
});

/** The run's events ride with the argument of an activity, beside one that is large; what looks like them does not. */
export const executorEvents = workflow({
  name: 'executorEvents',
  steps: [
    step({ name: 'small', executor: remote.keys }),
    step({ name: 'make', executor: () => 'x'.repeat(40_000) }),
    step({ name: 'large', executor: remote.keys }),
    step({
      name: 'forged',
      executor: ({ runId }) => remote.keys(runId, { __holdpointJournal: [], execution: workflowInfo().runId }),
      skipOnFailure: true,
    }),
    step({ name: 'marked', executor: () => remote.keys({ __holdpointOnce: true }), skipOnFailure: true }),
  ],
});

const elsewhere = proxyActivities<Activities>({ startToCloseTimeout: '1 minute', taskQueue: 'elsewhere' });

/** Work of another worker: as an executor, after a question, and called by a function. */
export const executorElsewhere = workflow({
  name: 'executorElsewhere',
  steps: [
    step({ name: 'far', executor: elsewhere.quick, humanReview: { requiresConfirmation: true } }),
    step({ name: 'inside', executor: () => elsewhere.quick({ stepName: 'inside' }) }),
  ],
});

/** Attempts of each executor; every one fails, and the run goes on. */
export const triedExecutors = workflow({
  name: 'triedExecutors',
  steps: [
    step({ name: 'default', executor: patient.fail, skipOnFailure: true }),
    step({ name: 'of the proxy', executor: strict.fail, skipOnFailure: true }),
    step({ name: 'of the step', executor: strict.fail, maxRetries: 2, skipOnFailure: true }),
    step({ name: 'local', executor: patientLocal.fail, skipOnFailure: true }),
    step({ name: 'inline', executor: inlineFailure, skipOnFailure: true }),
  ],
});

/** The same behind a confirmation: once, unless idempotent. */
export const executorGated = workflow({
  name: 'executorGated',
  steps: [
    gated('remote', patient.fail),
    gated('inline', inlineFailure),
    step({
      name: 'idempotent',
      executor: patient.fail,
      idempotent: true,
      skipOnFailure: true,
      humanReview: { requiresConfirmation: true },
    }),
  ],
});

function gated(name: string, executor: Activities['fail']) {
  return step({ name, executor, skipOnFailure: true, humanReview: { requiresConfirmation: true } });
}

let failures = 0;
function inlineFailure(): Promise<string> {
  failures += 1;
  throw new Error(`inline failure ${failures}`);
}

/** Takes longer than its heartbeat timeout, and says nothing itself. */
export const executorSlow = workflow({
  name: 'executorSlow',
  steps: [step({ name: 'slow', executor: remote.slow, heartbeatTimeout: '1s', maxRetries: 0 })],
});

/** Local activities beside each other and alone, as executors and called by functions; a branch waits, one fails. */
export const executorsBeside = workflow({
  name: 'executorsBeside',
  steps: [
    step({ name: 'alone', executor: local.quick }),
    parallel({
      name: 'beside',
      steps: [
        step({ name: 'asks', executor: local.quick, humanReview: { requiresOutputReview: true } }),
        steps({
          name: 'several',
          steps: [
            step({ name: 'one', executor: local.quick }),
            step({ name: 'calls', executor: (input) => local.quick({ stepName: input.stepName }) }),
            step({ name: 'two', executor: local.quick, humanReview: { requiresOutputReview: true } }),
          ],
        }),
        step({ name: 'fails', executor: patientLocal.fail, maxRetries: 1, skipOnFailure: true }),
        parallel({ name: 'of one', steps: [step({ name: 'deep', executor: local.quick })] }),
      ],
    }),
    parallel({ name: 'single', steps: [step({ name: 'alone again', executor: local.quick })] }),
  ],
});

const RealError = Error;
const stack = () => [Error === RealError, new Error().stack];

/** What functions see of `Error`: at once, after they have waited, beside one that waits, and while another waits. */
export const executorStacks = workflow({
  name: 'executorStacks',
  inputSchema: schemaThat(() => stack()),
  steps: [
    parallel({
      name: 'beside',
      steps: [
        step({
          name: 'waits',
          executor: async () => {
            const before = stack();
            await sleep(1);
            return [before, stack()];
          },
        }),
        step({ name: 'at once', executor: () => [stack()] }),
      ],
    }),
    step({
      name: 'reviewed',
      executor: ({ input }) => input,
      humanReview: {
        requiresOutputReview: () => {
          predicateSaw = stack();
          return false;
        },
      },
    }),
    step({ name: 'predicate', executor: () => [predicateSaw] }),
    step({ name: 'toJSON', executor: () => ({ toJSON: () => [stack()] }) }),
    step({
      name: 'nested',
      workflow: workflow({
        name: 'nestedStacks',
        inputSchema: schemaThat(() => stack()),
        steps: [step({ name: 'schema', executor: ({ input }) => input })],
      }),
    }),
    step({ name: 'asks', executor: remote.quick, humanReview: { requiresConfirmation: true } }),
    step({ name: 'for long', executor: waitsForLong }),
  ],
});

let predicateSaw: unknown;

async function waitsForLong(): Promise<void> {
  await sleep('1 hour');
}

function schemaThat(validate: () => unknown): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'test', validate: () => ({ value: [validate()] }) } };
}

/** A function around a run that waits for a human, with a handler of its own. */
export async function executorStacksAround(): Promise<unknown> {
  let seen: unknown;
  setHandler(defineSignal('look'), () => {
    seen = stack();
  });
  void executorStacks('IN');
  const after = stack();
  await condition(() => seen !== undefined);
  await sleep(1);
  return [after, seen, stack()];
}
