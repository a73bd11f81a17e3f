/** A workflow() called by functions that people write themselves. */
import {
  allHandlersFinished,
  CancellationScope,
  condition as until,
  continueAsNew,
  defineSignal,
  defineUpdate,
  executeChild,
  makeContinueAsNewFunc,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { condition, loop, parallel, proxyActivities, router, step, steps, workflow } from 'holdpoint/workflow';
import type { activities } from '../replay/scenarios.ts';
import { cronGate } from './client-runs.ts';

const asks = workflow<string>({
  name: 'asks',
  steps: ['one', 'two'].map((name) =>
    step({ name, executor: () => name, humanReview: { requiresConfirmation: true } }),
  ),
});

export async function callsTwice(): Promise<void> {
  await asks('A');
  await asks('B');
}

export async function handsOn(...args: Parameters<typeof asks>): Promise<string> {
  const { content } = await asks(...args);
  return `by hand: ${content}`;
}

export async function keepsBack(input: string): Promise<void> {
  await asks(input);
}

const long = workflow<string>({
  name: 'long',
  continueAsNewAfter: 50,
  steps: Array.from({ length: 7 }, (_, at) =>
    step({ name: `step${at}`, executor: () => at, humanReview: { requiresConfirmation: true } }),
  ),
});

const isFirst = () => workflowInfo().continuedFromExecutionRunId === undefined;
const asked = (name: string) => step({ name, executor: () => name, humanReview: { requiresConfirmation: true } });
const draft = step({ name: 'draft', executor: () => 'draft' });

/** What its functions decide would be something else in a later execution. */
export const decidesOnce = workflow<string>({
  name: 'decidesOnce',
  steps: [
    parallel({
      name: 'all',
      steps: [
        asked('first'),
        condition({ name: 'if', evaluator: isFirst, steps: [asked('yes')], elseSteps: [asked('no')] }),
        router({ name: 'way', choices: [asked('a'), asked('b')], selector: () => (isFirst() ? 'a' : 'b') }),
        loop({
          name: 'loop',
          steps: [draft],
          endCondition: () => !isFirst(),
          humanReview: { requiresIterationReview: true },
        }),
        step({
          name: 'key',
          executor: ({ idempotencyKey }) => idempotencyKey,
          humanReview: { requiresConfirmation: true },
        }),
        step({ name: 'reviewed', executor: () => 'draft', humanReview: { requiresOutputReview: isFirst } }),
        steps({
          name: 'half',
          steps: [
            draft,
            step({
              name: 'stuck',
              executor: () => {
                throw new Error('stuck');
              },
              maxRetries: 0,
            }),
          ],
          humanReview: { onError: 'pause' },
        }),
      ],
    }),
  ],
});

/** Each iteration begins with what the one before has made, also where that was in another execution. */
export const grows = workflow<string>({
  name: 'grows',
  steps: [
    loop({
      name: 'loop',
      forwardIterationOutput: true,
      steps: [
        step({
          name: 'grow',
          executor: ({ previousStepContent: before }) => `${typeof before === 'string' ? before : ''}x`,
          humanReview: { requiresConfirmation: true },
        }),
      ],
    }),
  ],
});

/** Takes its time over what it is told. */
export async function takesNotes(...args: Parameters<typeof long>): ReturnType<typeof long> {
  setHandler(defineUpdate<string, [string]>('note'), async (text) => {
    await sleep(200);
    return `noted ${text}`;
  });
  const run = await long(...args);
  await until(allHandlersFinished);
  return run;
}

/** One run after the other, each in an execution of its own. */
export async function again(...args: Parameters<typeof cronGate>): Promise<void> {
  await cronGate(...args);
  await continueAsNew<typeof again>(args[0]);
}

/** The same with the memo, in which holdpoint's own is. */
export async function againWithMemo(...args: Parameters<typeof asks>): Promise<void> {
  await asks(...args);
  await makeContinueAsNewFunc<typeof againWithMemo>({ memo: workflowInfo().memo ?? {} })(args[0]);
}

const unsure = workflow<boolean>({
  name: 'unsure',
  steps: [
    step({
      name: 'one',
      executor: ({ input }) => input,
      humanReview: { requiresOutputReview: ({ content }) => content === true, onReject: 'cancel' },
    }),
  ],
});

/** After a run that is asked about, with its memo, one that nobody is asked about. */
export async function thenSilently(isAsked: boolean): Promise<void> {
  await unsure(isAsked);
  if (isAsked) await makeContinueAsNewFunc<typeof thenSilently>({ memo: workflowInfo().memo ?? {} })(false);
}

/** Takes its time to end, also where the run goes on in another execution. */
export async function tidiesUp(...args: Parameters<typeof asks>): ReturnType<typeof asks> {
  try {
    return await asks(...args);
  } finally {
    await sleep(2000);
  }
}

const { work } = proxyActivities<typeof activities>({ startToCloseTimeout: '10s' });
const late = { requiresConfirmation: true, timeout: '3s', onTimeout: 'approve' } as const;

const expires = workflow<string>({
  name: 'expires',
  steps: [
    parallel({
      name: 'both',
      steps: [
        step({ name: 'remote', executor: work, humanReview: late }),
        step({ name: 'inline', executor: () => work({ stepName: 'inline' }), humanReview: late }),
      ],
    }),
  ],
});

/** The same, and the deadlines of its run pass meanwhile. */
export async function tidiesUpLate(...args: Parameters<typeof expires>): ReturnType<typeof expires> {
  try {
    return await expires(...args);
  } finally {
    if (isFirst()) await sleep('4s');
  }
}

const refusable = workflow<string>({
  name: 'refusable',
  steps: [
    step({ name: 'one', executor: () => 'one', humanReview: { requiresConfirmation: true, onReject: 'cancel' } }),
  ],
});

/** Keeps its run to itself. */
export async function saysLittle(...args: Parameters<typeof refusable>): Promise<string> {
  await refusable(...args);
  return 'all said';
}

export const silent = workflow<string>({ name: 'silent', steps: [step({ name: 'one', executor: () => 'one' })] });

/** Gives what another run has done. */
export async function handsOver(...args: Parameters<typeof refusable>): ReturnType<typeof silent> {
  await refusable(...args);
  return await executeChild(silent, { args: ['IN'] });
}

const plain = workflow<string>({ name: 'plain', steps: [step({ name: 'one', executor: () => 'one' })] });

/** Has more to do after its run. */
const lingering =
  (inner: typeof asks) =>
  async (...args: Parameters<typeof asks>): ReturnType<typeof asks> => {
    let isTold = false;
    setHandler(defineSignal('go'), () => {
      isTold = true;
    });
    try {
      return await inner(...args);
    } finally {
      await CancellationScope.nonCancellable(() => until(() => isTold));
    }
  };
export const lingers = lingering(asks);
export const lingersUnasked = lingering(plain);

export const refuses = workflow<string>({
  name: 'refuses',
  steps: [
    step({
      name: 'refuse',
      executor: () => {
        throw new TypeError('no paper');
      },
      maxRetries: 0,
    }),
  ],
});

/** Has no run of its own, and fails by that of a child. */
export async function failsByChild(input: string): Promise<void> {
  await executeChild(refuses, { args: [input], workflowId: `${workflowInfo().workflowId}-child` });
}
