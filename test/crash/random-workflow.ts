/** Workflows out of a seed: every primitive, gates at any depth, and the three ways to run a function. */
import {
  condition,
  loop,
  type NodeLike,
  parallel,
  proxyActivities,
  proxyLocalActivities,
  router,
  step,
  steps,
  workflow,
} from 'holdpoint/workflow';
import type { activities } from './activities.ts';

type Executor = (input: { readonly stepName: string }) => unknown;

const options = { startToCloseTimeout: '20s', heartbeatTimeout: '2s', retry: { initialInterval: '50ms' } } as const;
const remote = proxyActivities<typeof activities>(options);
const local = proxyLocalActivities<typeof activities>({ startToCloseTimeout: '20s' });

/** The same seed, the same workflow: in the bundle of every worker. */
export function randomWorkflow(name: string, seed: number) {
  const random = numbers(seed);
  const pick = <T>(...list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const chance = (probability: number) => random() < probability;
  let count = 0;
  const named = (kind: string) => {
    count += 1;
    return `${kind}${count}`;
  };

  const leaf = (): NodeLike => {
    const executor = pick<Executor>(remote.echo, local.echo, () => 'inline');
    const gate = pick('none', 'confirm', 'review', 'input', 'pay');
    if (gate === 'pay')
      return step({ name: named('pay'), executor: remote.pay, humanReview: { requiresConfirmation: true } });
    const humanReview = {
      none: {},
      confirm: { requiresConfirmation: true },
      review: { requiresOutputReview: true, onReject: pick('skip', 'retry'), maxRetries: 0 },
      input: { requiresUserInput: true },
    } as const;
    return step({ name: named('step'), executor, idempotent: true, humanReview: humanReview[gate] });
  };
  const list = (depth: number, most: number): NodeLike[] =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => node(depth));
  const node = (depth: number): NodeLike => {
    if (depth === 0 || chance(0.4)) return leaf();
    const gate = chance(0.2) ? { humanReview: { requiresConfirmation: true } } : {};
    switch (pick('steps', 'loop', 'condition', 'router', 'parallel', 'parallel')) {
      case 'steps':
        return steps({ name: named('steps'), steps: list(depth - 1, 2), ...gate });
      case 'loop':
        return loop({ name: named('loop'), maxIterations: 2, steps: list(depth - 1, 2), ...gate });
      case 'condition':
        return condition({
          name: named('condition'),
          evaluator: chance(0.5),
          steps: list(depth - 1, 2),
          elseSteps: [leaf()],
        });
      case 'router': {
        const choices = [leaf(), leaf()];
        return router({ name: named('router'), choices, humanReview: { requiresUserInput: true } });
      }
      default:
        return parallel({ name: named('parallel'), steps: list(depth - 1, 3), ...gate });
    }
  };
  return workflow({
    name,
    ...(chance(0.5) ? { continueAsNewAfter: 50 } : {}),
    steps: [leaf(), parallel({ name: named('parallel'), steps: list(2, 3) }), ...list(2, 2)],
  });
}

/** mulberry32: small, and the same everywhere. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
