/**
 * Gives executors their {@link StepInput}: JSON carries its data, not its helper methods. What is not for them – the run's
 * events, which ride along – is taken away.
 */
import type { ActivityInterceptors } from '@temporalio/worker';
import { isRecord } from '../workflows/define/json.ts';
import { withoutCarried } from '../workflows/protocol/events.ts';
import { STEP_INPUT_MARK, StepInput, type StepInputData } from '../workflows/define/step-input.ts';

export function stepInputs(): ActivityInterceptors {
  return {
    inbound: {
      execute: (input, next) => {
        const args = withoutCarried(input.args);
        return next({ ...input, args: args.map((arg) => (isStepInput(arg) ? rehydrate(arg) : arg)) });
      },
    },
  };
}

type MarkedData = StepInputData & { [STEP_INPUT_MARK]: 'StepInput' };

function isStepInput(value: unknown): value is MarkedData {
  return isRecord(value) && value[STEP_INPUT_MARK] === 'StepInput';
}

function rehydrate({ [STEP_INPUT_MARK]: _, ...data }: MarkedData): StepInput {
  return new StepInput(data);
}
