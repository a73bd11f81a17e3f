/** Teams: what a leader delegates, its members do, each in a conversation of its own. */
import { contentAsText } from '../define/step-input.ts';
import type { Json } from '../define/step-output.ts';
import type { Durable } from '../human/durable.ts';
import type { Branch } from '../human/branch.ts';
import { sideBySide } from '../human/side-by-side.ts';
import type { AgentMessage, PlannedCall } from '../protocol/agent.ts';
import { type Conversation, inKey, type RunAgent } from './conversation.ts';

/** The member's answer; of several, one text in the order of the members. */
export function* delegate(
  conversation: Conversation,
  { members, task, toolCallId }: Extract<PlannedCall, { do: 'delegate' }>,
  runAgent: RunAgent,
): Durable<Json> {
  const { host, key, place } = conversation;
  const work = members.map((member) => (branch: Branch) => {
    const at = place.child(member);
    const memberKey = `${key}/${inKey(toolCallId)}:${inKey(member)}`;
    const asked = { host, branch, agent: member, member, key: memberKey, place: at.child('agent') };
    return at.result('answer', () => runAgent(asked, task));
  });
  const answers = yield* sideBySide(host.desk, conversation.branch, work, place);
  if (answers.length === 1) return answers[0]!;
  return answers.map((answer, index) => `Agent ${members[index]}: ${contentAsText(answer)}`).join('\n\n');
}

/** What a member answers. Where it says nothing it is what its tools gave, as in agno: a leader that hears nothing asks again. */
export function memberAnswer(content: Json, messages: readonly AgentMessage[]): Json {
  if (contentAsText(content).trim() !== '') return content;
  const results = messages.flatMap((message) => (message.role === 'tool' ? message.content : []));
  return results.map(({ output }) => contentAsText(output.value)).join(',');
}
