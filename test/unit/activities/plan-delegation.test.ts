/** A leader's call that hands a task to members: what is planned, and what the leader is told. */
import { describe, expect, it } from 'vitest';
import { type AgentDefinition, agent, team } from '../../../activities/agent.ts';
import { planCall } from '../../../activities/plan-call.ts';
import { toolkitOf } from '../../../activities/toolkit.ts';
import type { Json } from '../../../workflows/define/step-output.ts';
import { ScriptedModel } from '../../kit/index.ts';

const model = new ScriptedModel(['hello']);

describe('a delegation', () => {
  const member = agent({ model });
  const leader = (mode: 'coordinate' | 'route' | 'broadcast') =>
    toolkitOf(team({ model, members: { searcher: member, writer: member as AgentDefinition }, mode }));
  const delegate = (mode: 'coordinate' | 'route' | 'broadcast', toolName: string, input: Json) =>
    planCall({ type: 'tool-call', toolCallId: 'c1', toolName, input }, undefined, leader(mode));

  it.each([
    ['coordinate', false],
    ['route', true],
  ] as const)('goes to one member; %s: its answer is the team’s: %s', async (mode, direct) => {
    expect(await delegate(mode, 'delegate_task_to_member', { member_id: 'writer', task: 'Write.' })).toEqual({
      ...{ toolCallId: 'c1', toolName: 'delegate_task_to_member', do: 'delegate' },
      ...{ members: ['writer'], task: 'Write.', direct },
    });
  });

  it('goes to all members in a broadcast', async () => {
    expect(await delegate('broadcast', 'delegate_task_to_members', { task: 'Write.' })).toMatchObject({
      ...{ do: 'delegate', members: ['searcher', 'writer'], task: 'Write.', direct: false },
    });
  });

  it.each([{ member_id: 'nobody', task: 'Write.' }, { member_id: 'writer' }, { task: 'Write.' }, null, 'Write.'])(
    'is told to the leader where it is %j',
    async (input) => {
      expect(await delegate('coordinate', 'delegate_task_to_member', input)).toMatchObject({
        do: 'tell',
        error: expect.stringMatching(
          /^The arguments of 'delegate_task_to_member' do not fit: .*\. The members are: searcher, writer\.$/,
        ),
      });
    },
  );
});
