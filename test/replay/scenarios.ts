/** What the recorded runs do, and who answers what. */
import { Context } from '@temporalio/activity';

export const activities = {
  work: async ({ stepName }: { stepName: string }) => `${stepName} done`,
  /** Fails in its first round. */
  flaky: async ({ idempotencyKey }: { idempotencyKey: string }) => {
    if (idempotencyKey.endsWith('~1')) throw new Error('not yet');
    return 'at last';
  },
  broken: async (): Promise<string> => {
    throw new Error('broken for good');
  },
  untilCancelled: async () => Context.current().cancelled,
};

/** A signal and the step that it answers, once that step waits – of several requirements of a step, the newest. */
export type Answer = readonly [signal: string, stepName: string, more?: object];

export interface Scenario {
  readonly workflow: string;
  /** Names the script of its agents; default: the scenario's own name. */
  readonly script?: string;
  readonly answers: readonly Answer[];
  /** Signals that change nothing, sent before the first answer. */
  readonly hostile?: readonly unknown[];
  /** `client`: with the definition's fingerprint, as holdpoint's client starts a run; others record it as a patch. */
  readonly startedBy?: 'client';
  /** `cancel`: a real Temporal cancel after the last answer. */
  readonly end?: 'cancel';
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  pauses: {
    workflow: 'replayPauses',
    answers: [
      ['approve', 'confirm', { by: 'ann' }],
      ['provideInput', 'values', { values: { threshold: 3 } }],
      ['approve', 'both', { values: { amount: 'much' } }],
      ['reject', 'review', { feedback: 'shorter' }],
      ['editOutput', 'review', { output: { edited: true } }],
      ['selectRoute', 'route', { choices: ['mail', 'wiki'] }],
      ['approve', 'route'],
      ['retryStep', 'flaky'],
    ],
  },
  rejections: {
    workflow: 'replayPauses',
    answers: [
      ['reject', 'confirm'],
      ['reject', 'values'],
      ['reject', 'both', { feedback: 'no' }],
      ['approve', 'review'],
      ['reject', 'route'],
      ['skipStep', 'flaky'],
    ],
  },
  known: {
    workflow: 'replayPauses',
    startedBy: 'client',
    answers: [
      ['approve', 'confirm'],
      ['reject', 'values'],
      ['reject', 'both', { feedback: 'no' }],
      ['approve', 'review'],
      ['reject', 'route'],
      ['skipStep', 'flaky'],
    ],
  },
  refusals: {
    workflow: 'replayPauses',
    hostile: [
      undefined,
      null,
      [],
      'text',
      {},
      { requirement: 'nobody' },
      { requirement: 'confirm#confirmation', digest: 'x' },
    ],
    answers: [
      ['approve', 'confirm'],
      ['reject', 'values'],
      ['reject', 'both'],
      ['approve', 'review'],
      ['reject', 'route'],
      ['reject', 'flaky'],
    ],
  },
  containers: {
    workflow: 'replayContainers',
    answers: [
      ['reject', 'right', { feedback: 'again' }],
      ['approve', 'a'],
      ['approve', 'right'],
      ['reject', 'refine', { feedback: 'once more' }],
      ['editOutput', 'refine', { output: 'mine' }],
      ['approve', 'check'],
      ['reject', 'choose'],
    ],
  },
  deadlines: { workflow: 'replayDeadlines', answers: [['approve', 'in time']] },
  locals: {
    workflow: 'replayLocals',
    answers: [
      ['approve', 'right'],
      ['approve', 'left'],
    ],
  },
  withdrawn: { workflow: 'replayWithdrawn', answers: [['reject', 'no']] },
  failure: { workflow: 'replayFailure', answers: [] },
  afterLocal: { workflow: 'replayAfterLocal', answers: [['approve', 'confirm']] },
  cancel: { workflow: 'replayPauses', answers: [['approve', 'confirm']], end: 'cancel' },
  agent: {
    workflow: 'replayAgent',
    script: 'all',
    answers: [
      ['approve', 'clerk'],
      ['approve', 'clerk', { toolCall: 'call_2' }],
      ['completeTool', 'clerk', { toolCall: 'call_4', result: { done: true } }],
      ['provideInput', 'clerk', { toolCall: 'call_3', values: { seat: '13' } }],
      ['provideInput', 'clerk', { values: { seat: '14' } }],
      ['approve', 'clerk', { toolCall: 'call_6' }],
      ['approve', 'clerk', { toolCall: 'call_7' }],
      ['retryStep', 'clerk'],
      ['editOutput', 'clerk', { output: 'edited' }],
    ],
  },
  agentRejected: {
    workflow: 'replayAgent',
    script: 'pay',
    answers: [
      ['approve', 'clerk'],
      ['reject', 'clerk', { feedback: 'no' }],
      ['reject', 'clerk', { feedback: 'again' }],
      ['approve', 'clerk'],
      ['approve', 'clerk'],
    ],
  },
  agentFailure: { workflow: 'replayAgent', script: 'ill', answers: [['approve', 'clerk']] },
  agentCancel: { workflow: 'replayAgent', script: 'pay', answers: [['approve', 'clerk']], end: 'cancel' },
  agentDeadline: { workflow: 'replayToolDeadline', script: 'pay', answers: [] },
  team: {
    workflow: 'replayTeam',
    script: 'pay',
    answers: [
      ['approve', 'crew'],
      ['reject', 'clerk', { feedback: 'no' }],
      ['approve', 'crew'],
    ],
  },
};
