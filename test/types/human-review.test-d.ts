/**
 * The table of human review, as types: `tsc -b` compiles this file, and an `@ts-expect-error` without an error is one.
 * Load time says the same in words: test/unit/define/human-review.test.ts.
 */
import { condition } from '../../workflows/define/condition.ts';
import type {
  ConditionReview,
  LoopReview,
  ParallelReview,
  RouterReview,
  StepReview,
  StepsReview,
} from '../../workflows/define/human-review.ts';
import { OnError, OnReject, OnTimeout } from '../../workflows/define/human-review.ts';
import { loop } from '../../workflows/define/loop.ts';
import { parallel } from '../../workflows/define/parallel.ts';
import { pause } from '../../workflows/define/pause.ts';
import { router } from '../../workflows/define/router.ts';
import type { StepInput } from '../../workflows/define/step-input.ts';
import type { StepOutput } from '../../workflows/define/step-output.ts';
import { step } from '../../workflows/define/step.ts';
import { steps } from '../../workflows/define/steps.ts';

const fn = (input: StepInput) => input.previousStepContent;
const one = [step({ name: 'one', executor: fn })];

// Every field that a primitive has.
const common = {
  requiresConfirmation: true,
  confirmationMessage: 'Really?',
  onReject: 'cancel',
  maxRetries: 0,
  onError: 'pause',
  timeout: '300s',
  onTimeout: 'approve',
} as const;
const outputReview = { requiresOutputReview: (output: StepOutput) => !output.success, outputReviewMessage: 'Good?' };

step({
  name: 'all',
  executor: fn,
  humanReview: {
    ...common,
    ...outputReview,
    onTimeout: 'reject',
    requiresUserInput: true,
    userInputMessage: 'How many?',
    userInputSchema: [{ name: 'count', type: 'int', required: false, allowedValues: [1, 2], default: 1 }],
  },
});
step({
  name: 'json schema',
  executor: fn,
  humanReview: { requiresUserInput: true, userInputSchema: { type: 'object' } },
});
steps({ name: 'all', steps: one, humanReview: common });
parallel({ name: 'all', steps: [fn, ...one], humanReview: common });
condition({ name: 'all', steps: one, humanReview: { ...common, onReject: 'else_branch' } });
loop({ name: 'output', steps: one, humanReview: { ...common, ...outputReview } });
loop({
  name: 'iterations',
  steps: one,
  humanReview: { ...common, requiresIterationReview: true, iterationReviewMessage: 'Go on?' },
});
router({
  name: 'all',
  choices: [fn, one, ...one],
  humanReview: {
    ...common,
    ...outputReview,
    requiresUserInput: true,
    userInputMessage: 'Where to?',
    allowMultipleSelections: true,
  },
});
pause({ requiresConfirmation: true, requiresUserInput: true, onReject: OnReject.retry, timeout: '2 days' }, fn);
condition({
  name: 'constants',
  steps: one,
  humanReview: { onReject: OnReject.elseBranch, onError: OnError.fail, onTimeout: OnTimeout.skip },
});

// Fields that a primitive does not have.
// @ts-expect-error a Step has no routes
({ allowMultipleSelections: true }) satisfies StepReview;
// @ts-expect-error a Step has no iterations
({ requiresIterationReview: true }) satisfies StepReview;
// @ts-expect-error a Step has no iterations
({ iterationReviewMessage: 'Go on?' }) satisfies StepReview;

// @ts-expect-error Steps take no values
({ requiresUserInput: true }) satisfies StepsReview;
// @ts-expect-error Steps take no values
({ userInputMessage: 'How many?' }) satisfies StepsReview;
// @ts-expect-error Steps take no values
({ userInputSchema: [{ name: 'count' }] }) satisfies StepsReview;
// @ts-expect-error Steps have no routes
({ allowMultipleSelections: true }) satisfies StepsReview;
// @ts-expect-error the output of Steps is that of its last step
({ requiresOutputReview: true }) satisfies StepsReview;
// @ts-expect-error the output of Steps is that of its last step
({ outputReviewMessage: 'Good?' }) satisfies StepsReview;
// @ts-expect-error Steps have no iterations
({ requiresIterationReview: true }) satisfies StepsReview;
// @ts-expect-error Steps have no iterations
({ iterationReviewMessage: 'Go on?' }) satisfies StepsReview;

// @ts-expect-error a Parallel takes no values
({ requiresUserInput: true }) satisfies ParallelReview;
// @ts-expect-error a Parallel takes no values
({ userInputMessage: 'How many?' }) satisfies ParallelReview;
// @ts-expect-error a Parallel takes no values
({ userInputSchema: [{ name: 'count' }] }) satisfies ParallelReview;
// @ts-expect-error a Parallel has no routes
({ allowMultipleSelections: true }) satisfies ParallelReview;
// @ts-expect-error a Parallel's children are reviewed one by one
({ requiresOutputReview: true }) satisfies ParallelReview;
// @ts-expect-error a Parallel's children are reviewed one by one
({ outputReviewMessage: 'Good?' }) satisfies ParallelReview;
// @ts-expect-error a Parallel has no iterations
({ requiresIterationReview: true }) satisfies ParallelReview;
// @ts-expect-error a Parallel has no iterations
({ iterationReviewMessage: 'Go on?' }) satisfies ParallelReview;

// @ts-expect-error a Condition takes no values
({ requiresUserInput: true }) satisfies ConditionReview;
// @ts-expect-error a Condition takes no values
({ userInputMessage: 'How many?' }) satisfies ConditionReview;
// @ts-expect-error a Condition takes no values
({ userInputSchema: [{ name: 'count' }] }) satisfies ConditionReview;
// @ts-expect-error a Condition's branches are not routes
({ allowMultipleSelections: true }) satisfies ConditionReview;
// @ts-expect-error the steps of a branch are reviewed one by one
({ requiresOutputReview: true }) satisfies ConditionReview;
// @ts-expect-error the steps of a branch are reviewed one by one
({ outputReviewMessage: 'Good?' }) satisfies ConditionReview;
// @ts-expect-error a Condition has no iterations
({ requiresIterationReview: true }) satisfies ConditionReview;
// @ts-expect-error a Condition has no iterations
({ iterationReviewMessage: 'Go on?' }) satisfies ConditionReview;

// @ts-expect-error a Loop takes no values
({ requiresUserInput: true }) satisfies LoopReview;
// @ts-expect-error a Loop takes no values
({ userInputMessage: 'How many?' }) satisfies LoopReview;
// @ts-expect-error a Loop takes no values
({ userInputSchema: [{ name: 'count' }] }) satisfies LoopReview;
// @ts-expect-error a Loop has no routes
({ allowMultipleSelections: true }) satisfies LoopReview;

// @ts-expect-error a Router's user input is the choice of a route
({ userInputSchema: [{ name: 'count' }] }) satisfies RouterReview;
// @ts-expect-error a Router has no iterations
({ requiresIterationReview: true }) satisfies RouterReview;
// @ts-expect-error a Router has no iterations
({ iterationReviewMessage: 'Go on?' }) satisfies RouterReview;

// `else_branch` outside a Condition.
// @ts-expect-error a Step has no else branch
({ onReject: 'else_branch' }) satisfies StepReview;
// @ts-expect-error Steps have no else branch
({ onReject: 'else_branch' }) satisfies StepsReview;
// @ts-expect-error a Parallel has no else branch
({ onReject: 'else_branch' }) satisfies ParallelReview;
// @ts-expect-error a Loop has no else branch
({ onReject: 'else_branch' }) satisfies LoopReview;
// @ts-expect-error a Router has no else branch
({ onReject: OnReject.elseBranch }) satisfies RouterReview;

// Values.
// @ts-expect-error a bare number: agno's are seconds, Temporal's milliseconds
({ timeout: 300 }) satisfies StepReview;
// @ts-expect-error the same as text
({ timeout: '300' }) satisfies StepReview;
// @ts-expect-error no duration
({ timeout: 'soon' }) satisfies StepReview;
// @ts-expect-error not an OnTimeout
({ onTimeout: 'continue' }) satisfies StepReview;
// @ts-expect-error not an OnError
({ onError: 'retry' }) satisfies StepReview;
// @ts-expect-error not an OnReject
({ onReject: 'fail' }) satisfies StepReview;
// @ts-expect-error a predicate answers at once
({ requiresOutputReview: async () => true }) satisfies StepReview;
// @ts-expect-error a JSON Schema of values is one of an object
({ requiresUserInput: true, userInputSchema: { type: 'string' } }) satisfies StepReview;
// @ts-expect-error not a field type
({ userInputSchema: [{ name: 'count', type: 'number' }] }) satisfies StepReview;
// @ts-expect-error `pause()` is for gates before the function
pause({ requiresOutputReview: true }, fn);

// The builders take the review of their own primitive, and nothing instead of it.
// @ts-expect-error a Parallel has no output review
parallel({ name: 'p', steps: one, humanReview: { requiresOutputReview: true } });
// @ts-expect-error the gate belongs in humanReview
step({ name: 's', executor: fn, requiresConfirmation: true });
// @ts-expect-error a step without an executor
step({ name: 's' });
// @ts-expect-error a step has one executor
step({ name: 's', executor: fn, workflow: async () => undefined });
// @ts-expect-error a duration with its unit
step({ name: 's', executor: fn, heartbeatTimeout: 30_000 });
