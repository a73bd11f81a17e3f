/** The activity `<agent>.generate`: one call of the model, and a plan for each tool call in its reply. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { asJson, DEPTH_LIMIT, isTooDeep, jsonBytes } from '../workflows/define/json.ts';
import { PAYLOAD_LIMIT } from '../workflows/define/payload-limit.ts';
import type { Json } from '../workflows/define/step-output.ts';
import type {
  AgentMessage,
  AssistantPart,
  GenerateRequest,
  ModelTurn,
  ToolCallPart,
} from '../workflows/protocol/agent.ts';
import { FAILURE } from '../workflows/protocol/failure.ts';
import { checkStandardSchema } from '../workflows/protocol/input-schema.ts';
import type { AgentDefinition, TeamDefinition } from './agent.ts';
import { toFailure } from './failures.ts';
import { callModel, type FinishReason, type ModelReply, ofShape } from './model.ts';
import { keysOf } from './model-error.ts';
import { planCall } from './plan-call.ts';
import type { Schema } from './schema.ts';
import { type Toolkit, toolkitOf } from './toolkit.ts';

/** @param limit bytes of JSON of a reply */
export function generateActivity(
  agent: AgentDefinition | TeamDefinition,
  limit: number = PAYLOAD_LIMIT,
): (request: GenerateRequest) => Promise<ModelTurn> {
  const toolkit = toolkitOf(agent);
  const { own: tools, providers: providerTools, system } = toolkit;
  const { model, settings, answerSchema } = agent;
  return async ({ messages }) => {
    const abortSignal = Context.current().cancellationSignal;
    const request = { model, system, messages, tools, providerTools, answerSchema, settings, abortSignal };
    try {
      return checkedSize(await toTurn(await callModel(request), messages, agent, toolkit), limit);
    } catch (error) {
      throw toFailure(error, keysOf(model, settings));
    }
  };
}

async function toTurn(
  { parts, calls, text, finishReason, usage }: ModelReply,
  messages: readonly AgentMessage[],
  { outputSchema, answerSchema, maxTurns }: AgentDefinition | TeamDefinition,
  toolkit: Toolkit,
): Promise<ModelTurn> {
  const why = NO_ANSWER[finishReason];
  if (calls.length === 0 && text === '' && why !== undefined) throw refused(`The model gave no answer: ${why}`);
  const own = calls.map(({ part }) => part);
  const others = parts.filter((part) => !own.some((each) => each === part));
  const ids = uniqueIds([...messages, { role: 'assistant', content: others }], own);
  const renamed = (part: AssistantPart): AssistantPart =>
    part.type === 'tool-call' && ids.has(part) ? { ...part, toolCallId: ids.get(part)! } : part;
  const planned = await Promise.all(
    calls.map(({ part, problem }) => planCall(renamed(part) as ToolCallPart, problem, toolkit)),
  );
  const answer =
    calls.length > 0 ? {} : outputSchema ? await answerOf(text, outputSchema, answerSchema) : { content: text };
  return {
    message: { role: 'assistant', content: parts.map(renamed) },
    calls: planned,
    ...answer,
    usage,
    maxTurns,
  };
}

/** Why there may be neither text nor calls: an empty answer would go on to the next step. */
const NO_ANSWER: { readonly [reason in FinishReason]?: string } = {
  'content-filter': 'its provider has withheld it (content filter)',
  length: 'it came to the limit of its tokens before it said anything; raise settings.maxOutputTokens',
};

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type: FAILURE.modelRefused, nonRetryable: true });
}

/** JSON in a code block of Markdown, as many models give it whatever they are told. */
const FENCED = /^```(?:json)?([^]*)```$/i;

/** The answer as the schema gives it back, or what to tell the model: not every provider has told it of the schema. */
async function answerOf(
  text: string,
  schema: Schema,
  jsonSchema: AgentDefinition['answerSchema'] = {},
): Promise<{ content: Json } | { problem: string }> {
  const again = `Answer again with ${ofShape(jsonSchema)}`;
  let value: unknown;
  try {
    value = JSON.parse(FENCED.exec(text.trim())?.[1] ?? text);
  } catch {
    return { problem: `Your answer is not valid JSON. ${again}` };
  }
  if (isTooDeep(value)) return { problem: `Your answer nests more than ${DEPTH_LIMIT} levels. ${again}` };
  const checked = await checkStandardSchema(schema, value);
  return checked.ok
    ? { content: asJson(checked.value) }
    : { problem: `Your answer does not fit: ${checked.problem}. ${again}` };
}

const ID = /^[\w.:|=+/-]{1,200}$/;

/**
 * A human names a call by its id, and so does the system that a tool calls: two calls of one conversation never share
 * one, whatever the model gave.
 */
function uniqueIds(
  messages: readonly AgentMessage[],
  calls: readonly ToolCallPart[],
): ReadonlyMap<AssistantPart, string> {
  const before = messages.flatMap(({ role, content }) => (role === 'assistant' ? content : []));
  const taken = new Set(before.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : [])));
  const ids = new Map<AssistantPart, string>();
  for (const call of calls) {
    let id = ID.test(call.toolCallId) ? call.toolCallId : `call_${taken.size + 1}`;
    for (let n = 2; taken.has(id); n += 1)
      id = `${ID.test(call.toolCallId) ? call.toolCallId.slice(0, 180) : 'call'}_${n}`;
    taken.add(id);
    ids.set(call, id);
  }
  return ids;
}

/** What does not fit into a message of Temporal's would be tried again for ever. */
function checkedSize(turn: ModelTurn, limit: number): ModelTurn {
  const size = jsonBytes(turn);
  if (size <= limit) return turn;
  throw ApplicationFailure.create({
    message: `The model's reply has ${size} bytes, at most ${limit} are possible; set settings.maxOutputTokens`,
    type: FAILURE.tooLarge,
    nonRetryable: true,
  });
}
