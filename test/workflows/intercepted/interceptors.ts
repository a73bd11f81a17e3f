/** What teams have around their workflows. The memo says what of it: one worker then serves all tests. */
import {
  ApplicationFailure,
  ContinueAsNew,
  sleep,
  workflowInfo,
  type WorkflowInterceptors,
} from '@temporalio/workflow';

export const interceptors = (): WorkflowInterceptors => {
  const does = (what: string) => workflowInfo().memo?.does === what;
  const rewrapped = <T>(result: Promise<T>): Promise<T> =>
    result.catch((cause: unknown) => {
      if (cause instanceof ContinueAsNew) throw cause;
      throw ApplicationFailure.create({ message: 'ours', type: 'Ours', nonRetryable: true, cause: cause as Error });
    });
  return {
    inbound: [
      {
        execute: (input, next) => (does('rewrap') ? rewrapped(next(input)) : next(input)),
        async handleSignal(input, next) {
          if (does('authorize')) await sleep(500);
          await next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity(input, next) {
          if (does('pack')) return next({ ...input, args: [{ packed: input.args, tenant: 'north' }] });
          return does('rewrap') ? rewrapped(next(input)) : next(input);
        },
      },
    ],
  };
};
