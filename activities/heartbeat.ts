/**
 * Heartbeats that nobody has to write: a dead worker is noticed within the heartbeat timeout of the activity.
 *
 * Details belong to the activity: a beat of ours repeats the newest ones it gave, or those of the attempt before, so it
 * never replaces progress by nothing. There is no beat at the start: the server counts from there, and short activities
 * then cost no extra call.
 */
import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';

export function heartbeats(context: Context): ActivityInterceptors {
  return {
    inbound: {
      async execute(input, next) {
        const stop = startBeating(context);
        try {
          return await next(input);
        } finally {
          stop();
        }
      },
    },
  };
}

/** Node's timers take 24 days at most, and go off at once where they are told more. */
const MOST_MS = 24 * 60 * 60 * 1_000;

function startBeating(context: Context): () => void {
  const { heartbeatTimeoutMs, heartbeatDetails, isLocal } = context.info;
  if (isLocal || !heartbeatTimeoutMs) return () => {};
  const beat = context.heartbeat;
  let details: unknown = heartbeatDetails;
  Object.defineProperty(context, 'heartbeat', {
    value: (given?: unknown) => {
      details = given;
      beat(given);
    },
  });
  const timer = setInterval(() => quietly(() => beat(details)), Math.min(heartbeatTimeoutMs / 3, MOST_MS)).unref();
  return () => clearInterval(timer);
}

/** A beat that fails is not the activity's failure: when beats do not arrive, the server says so. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {}
}
