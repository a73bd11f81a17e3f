/** A script that is none is refused where it is written, not answered with an empty text. */
import { expect, it } from 'vitest';
import { agent, team } from '../../../activities/index.ts';
import { delegate, type Script, ScriptedModel, type ScriptedTurn } from '../../kit/scripted-model.ts';

const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Go.' }] }];
const call = delegate('searcher', 'Find it.');
const TURN = /A turn is a text, \{ say \} with a text or an object, \{ toolCalls:/;

it.each<[string, ScriptedTurn]>([
  ['a text', 'Done.'],
  ['an empty text', ''],
  ['a text with what it used', { say: 'Done.', usage: { inputTokens: 1, outputTokens: 2 } }],
  ['an object', { say: { ok: true } }],
  ['tool calls', { toolCalls: [call, { toolName: 'pay', args: 'no JSON', toolCallId: 'c' }] }],
  ['an error', { raise: 'overloaded' }],
])('a turn is %s', (_, turn) => {
  expect(new ScriptedModel([turn, () => turn]).modelId).toBe('scripted');
});

const WRONG: readonly [unknown, RegExp][] = [
  [[call], /is a list: write \{ toolCalls: \[…\] \}/],
  [call, /is a tool call: write \{ toolCalls: \[…\] \}/],
  [{ text: 'Done.' }, /has 'text', which is no part of one/],
  [{ toolCalls: call }, /has toolCalls that are no list of calls/],
  [{ toolCalls: [{ name: 'pay' }] }, /has toolCalls that are no list of calls/],
  [{ toolCalls: [] }, /says nothing/],
  [{}, /says nothing/],
  [undefined, /is undefined/],
  [7, /is 7/],
];

it.each(WRONG)('%j is no turn', (turn, problem) => {
  const script = () => new ScriptedModel(['Done.', turn] as Script);
  expect(script).toThrow(TypeError);
  expect(script).toThrow(problem);
  expect(script).toThrow(/^turn 2 of the model's script/);
  expect(script).toThrow(TURN);
});

it.each(WRONG)('%j is no turn of a function either', async (turn, problem) => {
  const model = new ScriptedModel([(() => turn) as Script[number]]);
  const said = model.doGenerate({ prompt });
  await expect(said).rejects.toMatchObject({
    type: 'NoTurn',
    nonRetryable: true,
    message: expect.stringMatching(problem),
  });
});

it('is a list of turns', () => {
  expect(() => new ScriptedModel('Done.' as never)).toThrow(/a script is a list of turns, got "Done\."/);
});

// docs/testing.md shows this.
const searcher = agent({ model: new ScriptedModel(['A valve.']), instructions: 'Search.' });
const research = team({
  model: new ScriptedModel([{ toolCalls: [delegate('searcher', 'What was it?')] }, 'It was a valve.']),
  members: { searcher },
});

it('lets a leader delegate', async () => {
  const { content } = await (research.model as ScriptedModel).doGenerate({ prompt });
  const input = JSON.stringify({ member_id: 'searcher', task: 'What was it?' });
  expect(content).toMatchObject([{ type: 'tool-call', toolName: 'delegate_task_to_member', input }]);
});
