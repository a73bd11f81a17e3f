import { describe, expect, it } from 'vitest';
import { stepLogs } from '../../../activities/step-logs.ts';

const info = { workflowExecution: { workflowId: 'run', runId: 'execution' } } as never;

/** What a line is logged with, while an activity with these arguments runs. */
async function loggedWith(...args: unknown[]): Promise<unknown> {
  const { inbound, outbound } = stepLogs({ info });
  let attributes: unknown;
  const next = async () => {
    attributes = outbound!.getLogAttributes!({ attempt: 1 }, (given) => given);
  };
  await inbound!.execute!({ args, headers: {} }, next);
  return attributes;
}

describe('stepLogs', () => {
  it.each([
    ['a step', { runId: 'run', stepName: 'pay', input: 1 }],
    ['a model call', { runId: 'run', stepName: 'pay', turn: 1, messages: [] }],
    ['a tool call', { runId: 'run', stepName: 'pay', path: 'loop[1]/pay', toolCallId: 'c' }],
  ])('names the step of %s', async (_, argument) => {
    expect(await loggedWith(argument)).toEqual({ attempt: 1, step: 'pay' });
  });

  it.each([
    ['nothing', []],
    ['null', [null]],
    ['a text', ['pay']],
    ['what somebody else calls so', [{ stepName: 'jane@example.com' }]],
    ['what another run was given', [{ runId: 'other', stepName: 'pay' }]],
    ['a model call of before', [{ turn: 1, messages: [] }]],
  ])('names none for %s', async (_, args) => {
    expect(await loggedWith(...args)).toEqual({ attempt: 1 });
  });
});
