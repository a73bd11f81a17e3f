/** Deadlines. One Temporal workflow builds what each case of the table needs, from its argument. */
import { condition, loop, type NodeLike, parallel, router, step, steps, workflow } from 'holdpoint/workflow';
import type { RunOutput } from 'holdpoint/workflow';
import type { Primitive, TimerCase } from '../support/timer-cases.ts';

/** `before` → the node of the case → `after`, whose content says what it got. */
export async function timerCase(timer: TimerCase): Promise<RunOutput> {
  const run = workflow({
    name: 'timerCase',
    steps: [step({ name: 'before', executor: () => 'before' }), nodeOf(timer), after],
  });
  return run('IN');
}

const after = step({ name: 'after', executor: ({ previousStepContent }) => `after(${previousStepContent})` });

function nodeOf(timer: TimerCase): NodeLike {
  const { kind, primitive, onTimeout, onReject } = timer;
  const humanReview = {
    ...gatesOf(timer),
    timeout: '1 hour' as const,
    onTimeout,
    maxRetries: 1,
    ...(onReject === undefined ? {} : { onReject }),
  };
  const failing = kind === 'error';
  const executor = () => {
    if (failing) throw new Error('broken');
    return 'node';
  };
  // The types of the builders know more than this table does; what they refuse, the check at load refuses too.
  const options = { name: 'node', humanReview } as object;
  const child = step({ name: 'child', executor, maxRetries: 0 });
  const other = step({ name: 'other', executor: () => 'other' });
  const build: Record<Primitive, () => NodeLike> = {
    Step: () => step({ maxRetries: 0, executor, ...options }),
    Steps: () => steps({ name: '', steps: [child], ...options }),
    Condition: () => condition({ name: '', steps: [child], elseSteps: [other], ...options }),
    Loop: () => loop({ name: '', steps: [child], maxIterations: kind === 'iteration_review' ? 3 : 1, ...options }),
    Router: () =>
      router({
        name: '',
        choices: [child, other],
        ...(kind === 'route' ? {} : { selector: () => 'child' }),
        ...options,
      }),
    Parallel: () => parallel({ name: '', steps: [child], ...options }),
  };
  return build[primitive]();
}

function gatesOf({ kind, primitive }: TimerCase): object {
  if (kind === 'route') return { requiresUserInput: true };
  if (kind === 'output_review') return { requiresOutputReview: true };
  if (kind === 'iteration_review') return { requiresIterationReview: true };
  if (kind === 'error') return { onError: 'pause' };
  return {
    requiresConfirmation: kind.startsWith('confirmation'),
    ...(primitive === 'Step' ? { requiresUserInput: kind.endsWith('user_input') } : {}),
  };
}

/** A deadline, and then a pause without one, so that a late answer meets an open run. */
export const deadlineThenPause = workflow({
  name: 'deadlineThenPause',
  steps: [
    step({
      name: 'first',
      executor: () => 'first',
      humanReview: { requiresConfirmation: true, timeout: '1 hour', onTimeout: 'skip' },
    }),
    step({ name: 'second', executor: () => 'second', humanReview: { requiresConfirmation: true } }),
  ],
});

/** The same with a deadline that a test can wait for in real time. */
export const shortDeadline = workflow({
  name: 'shortDeadline',
  steps: [
    step({
      name: 'first',
      executor: () => 'first',
      humanReview: { requiresConfirmation: true, timeout: '2s', onTimeout: 'cancel' },
    }),
  ],
});

/** Three deadlines at once, and one pause without any. */
export const parallelDeadlines = workflow({
  name: 'parallelDeadlines',
  steps: [
    parallel({
      name: 'all',
      steps: [
        gated('yes', '2 hours', 'approve'),
        gated('no', '1 hour', 'reject'),
        gated('none', '3 hours', 'skip'),
        step({ name: 'free', executor: () => 'free', humanReview: { requiresConfirmation: true } }),
      ],
    }),
  ],
});

function gated(name: string, timeout: '1 hour' | '2 hours' | '3 hours', onTimeout: 'approve' | 'reject' | 'skip') {
  return step({ name, executor: () => name, humanReview: { requiresConfirmation: true, timeout, onTimeout } });
}
