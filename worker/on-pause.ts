/** Registers what a worker tells of pauses, as an activity of its own. */
import { Context } from '@temporalio/activity';
import { defined } from '../workflows/define/defined.ts';
import { DefinitionError } from '../workflows/define/definition-error.ts';
import { describe } from '../workflows/define/describe.ts';
import { type OnPause, remindBeforeMs } from '../activities/on-pause.ts';
import { ON_PAUSE_ACTIVITY, type PauseMessage, type PauseToldReply } from '../workflows/protocol/on-pause.ts';

/** Where the embedded server and Temporal's own development server have their Web UI. */
const LOCAL_UI = 'http://localhost:8233';

/**
 * @param webUi address of the Web UI that people use; default: that of a development server
 * @throws {DefinitionError} where nobody could be told
 */
export function pauseActivities(onPause: OnPause, webUi: string = LOCAL_UI): Record<string, unknown> {
  // Each message of one without it would fail and be tried again, and nobody be told.
  if (typeof onPause.notify !== 'function') {
    throw new DefinitionError('onPause', `needs a function notify: { notify }, got ${describe(onPause)}.`);
  }
  const reply: PauseToldReply = defined({ remindBeforeMs: remindBeforeMs(onPause) });
  return {
    async [ON_PAUSE_ACTIVITY](message: PauseMessage): Promise<PauseToldReply> {
      const { info, cancellationSignal, cancelled } = Context.current();
      const { workflowId, runId } = info.workflowExecution!;
      const path = ['namespaces', info.namespace, 'workflows', workflowId, runId, 'history'].map(encodeURIComponent);
      const link = `${webUi.replace(/\/+$/, '')}/${path.join('/')}`;
      // By name: a run sends more of itself, which is nobody's business.
      const { type, runId: id, workflowName, sessionId, requirement } = message;
      const notification = { type, runId: id, workflowName, sessionId, requirement, link };
      // One that hangs, whatever its signal says, must not keep the place of an activity.
      await Promise.race([onPause.notify(notification, cancellationSignal), cancelled]);
      return reply;
    },
  };
}
