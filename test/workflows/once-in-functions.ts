/** What the functions of gated steps call: a payment there is as good as one that is a step. */
import { sleep } from '@temporalio/workflow';
import { parallel, proxyActivities, proxyLocalActivities, type StepFunction, step, workflow } from 'holdpoint/workflow';

export interface OnceActivities {
  /** Notes that it was called by this name, and fails. */
  charge(name: string): Promise<string>;
  /** Notes that it was called by this name, and hangs. */
  hang(name: string): Promise<string>;
  /** Takes a while, and notes the name then. */
  chargeSlowly(name: string): Promise<string>;
}

const quick = { initialInterval: '1ms', maximumInterval: '1ms' } as const;
const remote = proxyActivities<OnceActivities>({ startToCloseTimeout: '10s', retry: quick });
const local = proxyLocalActivities<OnceActivities>({ startToCloseTimeout: '10s', retry: quick });
const brief = proxyActivities<OnceActivities>({ startToCloseTimeout: '1s', retry: quick });

const gated = (name: string, executor: StepFunction, own: { idempotent?: boolean; maxRetries?: number } = {}) =>
  step({ name, executor, ...own, humanReview: { requiresConfirmation: true, onError: 'skip' } });

/** Begins when it is awaited, as what builders of queries give. */
// biome-ignore lint/suspicious/noThenProperty: that is what it is
const lazily = (call: () => Promise<string>) => ({ then: ((...on) => call().then(...on)) as Promise<string>['then'] });

const twice = { retry: { ...quick, maximumAttempts: 2 } };

/** Its cause is itself: users throw what they like. */
function failAround(): never {
  const error = new Error('round');
  error.cause = error;
  throw error;
}

/** Each calls what fails; beside them one that nobody is asked about, and one that may be repeated. */
export const chargingFunctions = workflow({
  name: 'chargingFunctions',
  steps: [
    gated('plain', () => remote.charge('plain')),
    gated('later', async () => {
      await sleep(1);
      return remote.charge('later');
    }),
    gated('when awaited', () => lazily(() => remote.charge('when awaited'))),
    gated('asked for two', () => remote.charge.executeWithOptions(twice, ['asked for two'])),
    gated('local', () => local.charge('local')),
    gated('repeatable', () => remote.charge.executeWithOptions(twice, ['repeatable']), {
      idempotent: true,
      maxRetries: 0,
    }),
    gated('round', failAround),
    parallel({
      name: 'beside',
      steps: [
        gated('held', () => remote.charge('held')),
        step({
          name: 'free',
          executor: () => remote.charge.executeWithOptions(twice, ['free']),
          maxRetries: 0,
          skipOnFailure: true,
        }),
      ],
    }),
  ],
});

/** No result comes back; its error is one that the function has made of that. */
export const lostInFunction = workflow({
  name: 'lostInFunction',
  steps: [
    gated('pay', async () => {
      try {
        return await brief.hang('pay');
      } catch (cause) {
        throw new Error('no receipt', { cause });
      }
    }),
    step({
      name: 'pay either',
      executor: () => Promise.any([brief.hang('one'), brief.hang('other')]),
      humanReview: { requiresConfirmation: true, onError: 'skip' },
    }),
    step({
      name: 'pay neither',
      executor: async () => {
        try {
          return await Promise.any([brief.charge('neither'), brief.hang('neither')]);
        } catch (cause) {
          throw new Error('no receipt', { cause });
        }
      },
      humanReview: { requiresConfirmation: true, onError: 'skip' },
    }),
  ],
});

/** Both at once; the first fails while the other is at work. */
export const failsBeside = workflow({
  name: 'failsBeside',
  steps: [
    gated('pay two', () => Promise.all([remote.charge('fails'), remote.chargeSlowly('slow')])),
    gated('pay another two', () => Promise.all([remote.charge('fails too'), brief.hang('lost')])),
    step({
      name: 'pay the last',
      executor: () => {
        void remote.chargeSlowly('last');
        throw new Error('declined');
      },
      humanReview: { requiresConfirmation: true },
    }),
  ],
});

/** The first fails; the other ends when it is cancelled. */
export const waitsBeside = workflow({
  name: 'waitsBeside',
  steps: [gated('pay', () => Promise.all([remote.charge('fails'), remote.hang('hangs')]))],
});

/** In a wrapper in a wrapper: it takes a while to hear that the call has ended. */
const deeply = async (depth: number, call: () => Promise<string>): Promise<string> =>
  await (depth === 0 ? call() : deeply(depth - 1, call));

/** Each goes on behind its failure: with what comes next, and after a while. */
export const failsBefore = workflow({
  name: 'failsBefore',
  steps: [
    gated('pay in turn', () =>
      Promise.all([
        remote.charge('fails'),
        (async () => {
          await deeply(9, () => remote.chargeSlowly('first'));
          await remote.chargeSlowly('second');
          await brief.hang('lost');
        })(),
      ]),
    ),
    gated('pay later', () => {
      void sleep(100).then(() => remote.charge('late'));
      throw new Error('declined');
    }),
    gated('after all', () => sleep(200)),
  ],
});
