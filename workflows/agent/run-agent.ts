/**
 * The loop of an agent, durable turn by turn: the model is asked, its tool calls are done, and it is asked again, until
 * it answers. Each model call and each tool call is an activity of its own, so a crash repeats neither.
 */
import { isRecord } from '../define/json.ts';
import type { Json } from '../define/step-output.ts';
import type { Durable } from '../human/durable.ts';
import { contentFields } from '../human/event-fields.ts';
import { NodeFailure } from '../human/outcome.ts';
import { type AgentMessage, type GenerateRequest, generateType, type ModelTurn } from '../protocol/agent.ts';
import { FAILURE } from '../protocol/failure.ts';
import { type Conversation, type RunAgent, summaryOf, type Turn } from './conversation.ts';
import { memberAnswer } from './team.ts';
import { runTurn } from './turn.ts';

/** @throws {NodeFailure} after `maxTurns` turns without an answer · {ActivityFailure} of a model call */
export const runAgent: RunAgent = function* (conversation, task) {
  const { desk, toolScope, spend } = conversation.host;
  const { agent, place } = conversation;
  const { runId, stepName } = toolScope;
  place.once('told', () => desk.tell('RunStarted', toolScope.path, { agent }));
  const answer = (content: Json): Json => {
    desk.tell('RunCompleted', toolScope.path, { agent, ...contentFields(content) });
    return content;
  };
  let { turn, messages } = place.recall<Said>('said') ?? { turn: 1, messages: [{ role: 'user', content: task }] };
  for (; ; turn += 1) {
    yield* desk.boundary();
    const now = { ...conversation, turn, place: place.child(turn) };
    let reply = now.place.recall<ModelTurn>('reply');
    if (!reply) {
      reply = yield* generate(now, { turn, messages, runId, stepName });
      spend(reply.usage);
      now.place.keep('reply', reply);
    }
    const { calls, problem, content = null } = reply;
    if (calls.length === 0 && problem === undefined) {
      return answer(conversation.member === undefined ? content : memberAnswer(content, messages));
    }
    if (turn >= reply.maxTurns) throw spent(conversation, reply.maxTurns);
    const done = problem === undefined ? yield* runTurn(now, reply, runAgent) : undefined;
    // A member's answer, where that is the team's.
    if (done && 'answer' in done) return answer(done.answer);
    const heard: AgentMessage = done
      ? { role: 'tool', content: done.results }
      : { role: 'user', content: problem ?? '' };
    messages = [...messages, reply.message, heard];
    place.keep<Said>('said', { turn: turn + 1, messages });
    place.drop(turn);
  }
};

/** What was said before a turn. */
interface Said {
  readonly turn: number;
  readonly messages: readonly AgentMessage[];
}

function* generate(now: Turn, argument: GenerateRequest): Durable<ModelTurn> {
  const { host, agent, branch } = now;
  const summary = summaryOf(now);
  const type = generateType(agent);
  const reply = yield* host.execute({ type, summary, argument }, branch);
  // Anybody may complete an activity by hand.
  if (isRecord(reply) && Array.isArray(reply.calls)) return reply as unknown as ModelTurn;
  throw new NodeFailure(`'${type}' gave what is no turn of a model`, host.toolScope.path, FAILURE.invalidOutput);
}

function spent({ host, agent }: Conversation, maxTurns: number): NodeFailure {
  return new NodeFailure(
    `Agent '${agent}' did not answer within ${maxTurns} turns (maxTurns): its model asked for tools, or gave what cannot be used, every time`,
    host.toolScope.path,
    FAILURE.maxTurns,
  );
}
