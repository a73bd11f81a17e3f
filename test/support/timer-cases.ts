/** Every way in which a deadline can pass: pure data, for the workflow that is built from a case and for its test. */
import type { OnReject, OnTimeout } from '../../workflows/define/human-review.ts';
import type { RequirementKind, StepRequirement } from '../../workflows/protocol/requirement.ts';

export type Primitive = Exclude<StepRequirement['stepType'], 'Workflow'>;

export interface TimerCase {
  readonly primitive: Primitive;
  readonly kind: Exclude<RequirementKind, 'executor'>;
  readonly onTimeout: OnTimeout;
  readonly onReject?: OnReject;
}

const ALL: readonly Primitive[] = ['Step', 'Steps', 'Condition', 'Loop', 'Router', 'Parallel'];

/** Which primitives have which pause. */
const WHERE: Readonly<Record<TimerCase['kind'], readonly Primitive[]>> = {
  confirmation: ALL,
  user_input: ['Step'],
  'confirmation+user_input': ['Step'],
  output_review: ['Step', 'Loop', 'Router'],
  iteration_review: ['Loop'],
  route: ['Router'],
  error: ALL,
};

/** A deadline cannot give the value that these ask for: `approve` is a definition error. */
const NEEDS_A_VALUE: readonly TimerCase['kind'][] = ['user_input', 'confirmation+user_input', 'route'];

export const TIMER_CASES: readonly TimerCase[] = (Object.keys(WHERE) as TimerCase['kind'][]).flatMap((kind) =>
  WHERE[kind].flatMap((primitive) => {
    const approve: TimerCase[] = NEEDS_A_VALUE.includes(kind) ? [] : [{ primitive, kind, onTimeout: 'approve' }];
    const plain: TimerCase[] = (['cancel', 'skip'] as const).map((onTimeout) => ({ primitive, kind, onTimeout }));
    // An error pause does not ask onReject.
    const rejections = kind === 'error' ? [] : rejectionsOf(primitive);
    const reject = kind === 'error' ? [{ primitive, kind, onTimeout: 'reject' } as const] : [];
    return [
      ...approve,
      ...plain,
      ...reject,
      ...rejections.map((onReject) => ({ primitive, kind, onTimeout: 'reject', onReject }) as const),
    ];
  }),
);

function rejectionsOf(primitive: Primitive): readonly OnReject[] {
  return primitive === 'Condition' ? ['skip', 'cancel', 'retry', 'else_branch'] : ['skip', 'cancel', 'retry'];
}

export function titleOf({ primitive, kind, onTimeout, onReject }: TimerCase): string {
  return `${primitive}: ${kind} that times out with ${onTimeout}${onReject === undefined ? '' : `, onReject ${onReject}`}`;
}
