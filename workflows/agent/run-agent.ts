/**
 * The loop of an agent, durable turn by turn: the model is asked, its tool calls are done, and it is asked again, until
 * it answers. Each model call and each tool call is an activity of its own, so a crash repeats neither.
 */
import type { Json } from '../define/step-output.ts';
import { contentFields } from '../human/journal.ts';
import { NodeFailure } from '../human/outcome.ts';
import { type AgentMessage, type GenerateRequest, generateType, type ModelTurn } from '../protocol/agent.ts';
import { FAILURE } from '../protocol/failure.ts';
import { type Conversation, type RunAgent, summaryOf } from './conversation.ts';
import { runTurn } from './turn.ts';

/** @throws {NodeFailure} after `maxTurns` turns without an answer · {ActivityFailure} of a model call */
export const runAgent: RunAgent = async (conversation, task) => {
  const { desk, toolScope, spend } = conversation.host;
  const { agent } = conversation;
  let messages: readonly AgentMessage[] = [{ role: 'user', content: task }];
  desk.tell('RunStarted', toolScope.path, { agent });
  const answer = (content: Json): Json => {
    desk.tell('RunCompleted', toolScope.path, { agent, ...contentFields(content) });
    return content;
  };
  for (let turn = 1; ; turn += 1) {
    const reply = await generate(conversation, { turn, messages });
    spend(reply.usage);
    const { calls, problem, content = null } = reply;
    if (calls.length === 0 && problem === undefined) return answer(content);
    if (turn >= reply.maxTurns) throw spent(conversation, reply.maxTurns);
    const said = await hear(conversation, turn, reply);
    if ('answer' in said) return answer(said.answer);
    messages = [...messages, reply.message, said];
  }
};

async function generate(conversation: Conversation, argument: GenerateRequest): Promise<ModelTurn> {
  const { host, agent, branch } = conversation;
  const summary = summaryOf(conversation, argument.turn);
  return (await host.execute({ type: generateType(agent), summary, argument }, branch)) as ModelTurn;
}

/** What the model hears next; or the answer, where a member's is the team's. */
async function hear(
  conversation: Conversation,
  turn: number,
  reply: ModelTurn,
): Promise<AgentMessage | { readonly answer: Json }> {
  if (reply.problem !== undefined) return { role: 'user', content: reply.problem };
  const done = await runTurn(conversation, turn, reply, runAgent);
  return 'answer' in done ? done : { role: 'tool', content: done.results };
}

function spent({ host, agent }: Conversation, maxTurns: number): NodeFailure {
  return new NodeFailure(
    `Agent '${agent}' did not answer within ${maxTurns} turns (maxTurns): its model asked for tools, or gave what cannot be used, every time`,
    host.toolScope.path,
    FAILURE.maxTurns,
  );
}
