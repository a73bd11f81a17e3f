/** Errors of nodes (semantics §7), with activities whose attempts a test counts. */
import { ApplicationFailure } from '@temporalio/common';
import { CancellationScope, sleep } from '@temporalio/workflow';
import {
  condition,
  loop,
  type NodeLike,
  parallel,
  proxyActivities,
  proxyLocalActivities,
  router,
  type StepInput,
  step,
  steps,
  type WorkflowNode,
  workflow,
} from 'holdpoint/workflow';
import { failing, rec, recDecision } from './recorder.ts';

export interface ErrorActivities {
  /** Always fails. */
  boom(input: StepInput): Promise<string>;
  /** Fails so that no retry helps. */
  hopeless(input: StepInput): Promise<string>;
  /** Fails in its first attempt of each round. */
  wobbly(input: StepInput): Promise<string>;
  /** Fails with half a character in its error. */
  halved(input: StepInput): Promise<string>;
  /** Says that it failed. */
  soft(input: StepInput): Promise<object>;
  /** Works until the test lets it go. */
  slow(input: StepInput): Promise<string>;
  /** Works until it is cancelled, and then cleans up. */
  endless(input: StepInput): Promise<string>;
  /** Works until it is cancelled, and calls that an error of its own. */
  aborted(input: StepInput): Promise<string>;
}

const quick = { initialInterval: '1ms', maximumInterval: '1ms' } as const;
const remote = proxyActivities<ErrorActivities>({ startToCloseTimeout: '30s', retry: quick });
const bare = proxyActivities<ErrorActivities>({ startToCloseTimeout: '30s' });
const twice = proxyActivities<ErrorActivities>({ startToCloseTimeout: '30s', retry: { ...quick, maximumAttempts: 2 } });
const local = proxyLocalActivities<ErrorActivities>({ startToCloseTimeout: '30s', retry: quick });

const leaf = (name: string) => step({ name, executor: rec() });
const confirm = { requiresConfirmation: true } as const;
const inlineBoom = rec((n) => {
  throw new Error(`boom ${n}`);
});
const inlineHopeless = rec(() => {
  throw ApplicationFailure.nonRetryable('hopeless', 'Hopeless');
});

/** One step per way to say how often; each fails for good and is skipped. */
export const failingEverywhere = workflow({
  name: 'failingEverywhere',
  steps: [
    // Side by side, since the server takes its time between attempts.
    parallel({
      name: 'all',
      steps: [
        step({ name: 'remote', executor: remote.boom, skipOnFailure: true }),
        step({ name: 'remote0', executor: remote.boom, maxRetries: 0, skipOnFailure: true }),
        step({ name: 'remote2', executor: remote.boom, maxRetries: 2, skipOnFailure: true }),
        step({ name: 'bare1', executor: bare.boom, maxRetries: 1, skipOnFailure: true }),
        step({ name: 'policy', executor: twice.boom, skipOnFailure: true }),
        step({ name: 'policy3', executor: twice.boom, maxRetries: 3, skipOnFailure: true }),
        step({ name: 'hopeless', executor: remote.hopeless, skipOnFailure: true }),
        step({ name: 'local', executor: local.boom, skipOnFailure: true }),
        step({ name: 'local1', executor: local.boom, maxRetries: 1, skipOnFailure: true }),
        step({ name: 'inline', executor: inlineBoom, skipOnFailure: true }),
        step({ name: 'inline0', executor: inlineBoom, maxRetries: 0, skipOnFailure: true }),
        step({ name: 'inlineHopeless', executor: inlineHopeless, skipOnFailure: true }),
        step({
          name: 'inlineAsync',
          executor: rec(async (n) => {
            await Promise.resolve();
            throw new Error(`boom ${n}`);
          }),
          maxRetries: 1,
          skipOnFailure: true,
        }),
      ],
    }),
  ],
});

/** Behind a confirmation an executor runs once, unless it is idempotent. */
export const failingBehindGates = workflow({
  name: 'failingBehindGates',
  steps: [
    // Side by side, since the server takes its time between attempts.
    parallel({
      name: 'all',
      steps: [
        step({ name: 'remote', executor: remote.boom, skipOnFailure: true, humanReview: confirm }),
        step({ name: 'remote2', executor: twice.boom, maxRetries: 2, skipOnFailure: true, humanReview: confirm }),
        step({
          name: 'remoteAgain',
          executor: remote.boom,
          skipOnFailure: true,
          idempotent: true,
          humanReview: confirm,
        }),
        step({
          name: 'localAgain',
          executor: local.boom,
          maxRetries: 1,
          skipOnFailure: true,
          idempotent: true,
          humanReview: confirm,
        }),
        step({ name: 'inline', executor: inlineBoom, skipOnFailure: true, humanReview: confirm }),
        step({
          name: 'inlineAgain',
          executor: inlineBoom,
          skipOnFailure: true,
          idempotent: true,
          humanReview: confirm,
        }),
        step({
          name: 'filled',
          executor: inlineBoom,
          maxRetries: 1,
          skipOnFailure: true,
          humanReview: { requiresUserInput: true },
        }),
      ],
    }),
  ],
});

/** Two rounds by a review, each with two attempts; the same step in two iterations. */
export const idempotencyKeys = workflow({
  name: 'idempotencyKeys',
  steps: [
    step({ name: 'send', executor: remote.wobbly, humanReview: { requiresOutputReview: true, onReject: 'retry' } }),
    loop({ name: 'rounds', maxIterations: 2, steps: [step({ name: 'send', executor: remote.wobbly })] }),
  ],
});

/** A gated step that fails, is put before a human, and is run again. */
export const gatedThenPaused = workflow({
  name: 'gatedThenPaused',
  steps: [step({ name: 'pay', executor: remote.wobbly, humanReview: { ...confirm, onError: 'pause' } })],
});

const broken = (name: string) => step({ name: `in_${name}`, executor: failing(9), maxRetries: 0 });

/** One failing node of each primitive, each with this review. */
function failingNodes(humanReview: { onError?: 'fail' | 'skip' | 'pause' }): WorkflowNode[] {
  return [
    step({ name: 'Step', executor: failing(9), maxRetries: 0, humanReview }),
    steps({ name: 'Steps', steps: [leaf('fine'), broken('Steps'), leaf('never')], humanReview }),
    condition({ name: 'Condition', steps: [broken('Condition')], humanReview }),
    condition({
      name: 'Evaluator',
      evaluator: recDecision((): boolean => {
        throw new TypeError('no idea');
      }),
      steps: [leaf('never')],
      humanReview,
    }),
    loop({
      name: 'Loop',
      steps: [leaf('fine'), step({ name: 'in_Loop', executor: rec((n) => (n === 2 ? bang(n) : n)), maxRetries: 0 })],
      humanReview,
    }),
    router({ name: 'Router', choices: [broken('Router')], selector: () => 'in_Router', humanReview }),
    router({ name: 'Selector', choices: [leaf('never')], selector: () => 'nowhere', humanReview }),
    router({ name: 'Nameless', choices: [leaf('never')], selector: () => [0] as never, humanReview }),
    parallel({ name: 'Parallel', steps: [leaf('fine'), broken('Parallel')], humanReview }),
    step({
      name: 'Nested',
      workflow: workflow({ name: 'inner', steps: [leaf('fine'), broken('Nested')] }),
      humanReview,
    }),
  ];
}

function bang(n: number): never {
  throw new Error(`in_Loop boom ${n}`);
}

/** The run's input says which of them runs. */
const picked = (review: object): NodeLike[] => [
  leaf('a'),
  router({ name: 'pick', choices: failingNodes(review), selector: ({ input }) => String(input) }),
  leaf('z'),
];
export const failsByDefault = workflow({ name: 'failsByDefault', steps: picked({}) });
export const failsExplicitly = workflow({ name: 'failsExplicitly', steps: picked({ onError: 'fail' }) });
export const skipsErrors = workflow({
  name: 'skipsErrors',
  steps: [leaf('a'), ...failingNodes({ onError: 'skip' }), leaf('z')],
});

/** `skipOnFailure` comes before onError. */
export const skipsBeforePause = workflow({
  name: 'skipsBeforePause',
  steps: [
    step({
      name: 'b',
      executor: failing(9),
      maxRetries: 0,
      skipOnFailure: true,
      humanReview: { onError: 'pause' },
    }),
    leaf('z'),
  ],
});

/** Who settles an error: the node, or the container that it is handed to. */
export const handOver = workflow({
  name: 'handOver',
  steps: [
    steps({
      name: 'byDefault',
      steps: [leaf('a1'), broken('byDefault'), leaf('never1')],
      humanReview: { onError: 'skip' },
    }),
    steps({
      name: 'explicit',
      steps: [
        step({ name: 'in_explicit', executor: failing(9), maxRetries: 0, humanReview: { onError: 'fail' } }),
        leaf('never2'),
      ],
      humanReview: { onError: 'skip' },
    }),
    steps({
      name: 'atTheNode',
      steps: [
        step({ name: 'in_atTheNode', executor: failing(9), maxRetries: 0, humanReview: { onError: 'skip' } }),
        leaf('a3'),
      ],
      humanReview: { onError: 'pause' },
    }),
    steps({
      name: 'pausedAtTheNode',
      steps: [
        step({ name: 'in_pausedAtTheNode', executor: failing(), maxRetries: 0, humanReview: { onError: 'pause' } }),
        leaf('a4'),
      ],
      humanReview: { onError: 'skip' },
    }),
    steps({
      name: 'twoUp',
      steps: [
        parallel({ name: 'between', steps: [loop({ name: 'inner', steps: [broken('twoUp')] })] }),
        leaf('never5'),
      ],
      humanReview: { onError: 'skip' },
    }),
    leaf('z'),
  ],
});

const soft = () => ({ content: 'half', success: false, error: 'soft' });

/** `success: false` under each setting. */
export const softFailures = workflow({
  name: 'softFailures',
  steps: [
    step({ name: 'unset', executor: rec(soft) }),
    step({ name: 'unsetRemote', executor: remote.soft }),
    step({ name: 'skip', executor: rec(soft), humanReview: { onError: 'skip' } }),
    step({ name: 'skipOnFailure', executor: rec(soft), skipOnFailure: true }),
    step({ name: 'pause', executor: rec((n) => (n === 1 ? soft() : 'well')), humanReview: { onError: 'pause' } }),
    step({ name: 'fail', executor: remote.soft, humanReview: { onError: 'fail' } }),
  ],
});

/** Errors with half a character in a short text: a remote one, a local one, and the one that fails the run. */
const halves = { maxRetries: 0, humanReview: { onError: 'skip' } } as const;
export const halvedErrors = workflow({
  name: 'halvedErrors',
  steps: [
    step({ name: 'remote', executor: remote.halved, ...halves }),
    step({ name: 'local', executor: local.halved, ...halves }),
    step({
      name: 'inline',
      executor: ({ input }) => {
        throw Object.assign(new Error(`no ${String(input)}`), { name: `E${String(input)}` });
      },
      maxRetries: 0,
    }),
  ],
});

/** Types and texts of errors that executors throw. */
export const typedErrors = workflow({
  name: 'typedErrors',
  steps: [
    step({ name: 'remote', executor: remote.hopeless, humanReview: { onError: 'pause' } }),
    step({ name: 'inline', executor: inlineHopeless, humanReview: { onError: 'pause' } }),
    step({
      name: 'text',
      executor: rec(() => Promise.reject('just text')),
      maxRetries: 0,
      humanReview: { onError: 'pause' },
    }),
    step({
      name: 'unholdable',
      executor: rec(() => ({ content: 10n, sessionState: { patched: true } })),
      maxRetries: 0,
      humanReview: { onError: 'pause' },
    }),
    step({
      name: 'badState',
      executor: rec(() => ({ sessionState: [1] })),
      maxRetries: 0,
      humanReview: { onError: 'pause' },
    }),
  ],
});

/** Errors whose fields are no texts, and what is nested deeper than a stack. */
export const oddErrors = workflow({
  name: 'oddErrors',
  steps: Object.entries<() => unknown>({
    message: () => {
      throw Object.assign(new Error('x'), { message: { code: 5 } });
    },
    name: () => {
      throw Object.assign(new Error('x'), { name: 5 });
    },
    getter: () => {
      throw Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('y');
        },
      });
    },
    deep: () => JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)),
  }).map(([name, executor]) => step({ name, executor, maxRetries: 0, humanReview: { onError: 'skip' } })),
});

/** A function that cancels its own work, because that takes too long: nobody has cancelled the run. */
export const cancelsItself = workflow({
  name: 'cancelsItself',
  steps: [
    step({
      name: 'late',
      executor: () => CancellationScope.withTimeout(1, () => sleep('1 hour')),
      maxRetries: 0,
      humanReview: { onError: 'skip' },
    }),
    leaf('z'),
  ],
});

/** Cancelled by Temporal while its activity works. */
export const abortedWork = workflow({
  name: 'abortedWork',
  steps: [
    leaf('before'),
    steps({ name: 'line', steps: [step({ name: 'aborted', executor: remote.aborted, heartbeatTimeout: '1s' })] }),
    leaf('never'),
  ],
});
