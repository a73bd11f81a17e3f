/** Teams: what a leader delegates, its members do, each in a conversation of its own. */
import type { Json } from '../define/step-output.ts';
import type { PlannedCall } from '../protocol/agent.ts';
import type { Conversation, RunAgent } from './conversation.ts';

/** The member's answer; of several, one text in the order of the members. */
export async function delegate(
  conversation: Conversation,
  { members, task, toolCallId }: Extract<PlannedCall, { do: 'delegate' }>,
  runAgent: RunAgent,
): Promise<Json> {
  const { host, key } = conversation;
  const work = members.map((member) =>
    runAgent({ host, agent: member, member, key: `${key}/${toolCallId}:${member}` }, task),
  );
  // Members at work finish, whatever becomes of one: nothing goes on behind a failure.
  await Promise.allSettled(work);
  const answers = await Promise.all(work);
  if (answers.length === 1) return answers[0]!;
  return answers.map((answer, index) => `Agent ${members[index]}: ${asText(answer)}`).join('\n\n');
}

function asText(answer: Json): string {
  return typeof answer === 'string' ? answer : JSON.stringify(answer);
}
