/**
 * The AI SDK, and the only file that imports it: one model call, from holdpoint's messages to a provider and back.
 * It is loaded with the first call, so that a worker without agents does not carry it.
 */
import type { CallSettings, FinishReason, LanguageModel, ModelMessage, ToolSet } from 'ai';
import { defined } from '../workflows/define/defined.ts';
import { asJson, DEPTH_LIMIT, isRecord, isTooDeep } from '../workflows/define/json.ts';
import { reasonOf } from '../workflows/define/reason.ts';
import type { Json } from '../workflows/define/step-output.ts';
import type { AgentMessage, AssistantPart, TokenUsage, ToolCallPart, ToolOutput } from '../workflows/protocol/agent.ts';

export type { FinishReason };
/** A language model of any of the AI SDK's providers. */
export type Model = LanguageModel;
/**
 * A tool that the model's provider runs itself, such as a web search: `openai.tools.webSearch({})`. No more than that of
 * its type, since the AI SDK's own does not take it under `exactOptionalPropertyTypes`.
 */
export interface ProviderTool {
  readonly type?: string | undefined;
  readonly inputSchema: unknown;
}
export type ModelSettings = Pick<
  CallSettings,
  | 'maxOutputTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'stopSequences'
  | 'seed'
  | 'headers'
> & {
  /** What only this provider has, by the provider's name. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
};

type JsonSchema = { readonly [keyword: string]: Json };

export interface ModelRequest {
  readonly model: Model;
  readonly system?: string | undefined;
  readonly messages: readonly AgentMessage[];
  readonly tools: Readonly<Record<string, { readonly description: string; readonly jsonSchema: JsonSchema }>>;
  readonly providerTools: Readonly<Record<string, ProviderTool>>;
  /** Ask for JSON of this shape. */
  readonly answerSchema?: JsonSchema | undefined;
  readonly settings?: ModelSettings | undefined;
  readonly abortSignal: AbortSignal;
}

export interface ModelReply {
  readonly parts: readonly AssistantPart[];
  /** Calls for us to make; those of the provider's own tools are among the parts only. */
  readonly calls: readonly PlannableCall[];
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly usage: TokenUsage;
}

export interface PlannableCall {
  readonly part: ToolCallPart;
  /** What is wrong with arguments that cannot even be read. */
  readonly problem?: string;
}

/** One call, without retries: those are Temporal's. @throws what the provider throws, see model-error.ts */
export async function callModel(request: ModelRequest): Promise<ModelReply> {
  const { gateway, generateText, jsonSchema, Output, tool } = await import('ai');
  const { model: given, system, messages, tools, providerTools, answerSchema, settings = {}, abortSignal } = request;
  const described = Object.entries(tools).map(([name, { description, jsonSchema: schema }]) => [
    name,
    tool({ description, inputSchema: jsonSchema(schema) }),
  ]);
  // The answer is checked by its own schema, and what does not fit goes back to the model: nothing is parsed here.
  const output = answerSchema && {
    ...Output.object({ schema: jsonSchema(answerSchema) }),
    parseCompleteOutput: async ({ text }: { text: string }) => text,
  };
  // As the AI SDK finds it.
  const model =
    typeof given === 'string' ? (globalThis.AI_SDK_DEFAULT_PROVIDER ?? gateway).languageModel(given) : given;
  const shape = answerSchema && isToldNoShape(model) ? `Your answer has to be ${ofShape(answerSchema)}` : undefined;
  const instructions = [system, shape].filter(Boolean).join('\n\n');
  const idsGiven = new Map<string, string>();
  const { content, text, usage, finishReason, rawFinishReason } = await generateText({
    ...(settings as CallSettings),
    model: withOwnIds(model, idsGiven),
    ...(instructions === '' ? {} : { system: instructions }),
    messages: messages.map(asPrompt) as ModelMessage[],
    tools: { ...providerTools, ...Object.fromEntries(described) } as ToolSet,
    ...(output ? { output } : {}),
    maxRetries: 0,
    abortSignal,
  });
  // OpenRouter's own word for it is not in OpenAI's protocol.
  if (finishReason === 'error' || rawFinishReason === 'error')
    throw new Error('the model ended its answer with an error');
  const calls: PlannableCall[] = [];
  const parts: AssistantPart[] = [];
  for (const part of content as readonly ContentPart[]) {
    const kept = toPart({ ...part, toolCallId: idsGiven.get(part.toolCallId ?? '') ?? part.toolCallId ?? '' });
    if (!kept) continue;
    parts.push(kept);
    if (kept.type !== 'tool-call' || kept.providerExecuted) continue;
    calls.push(defined({ part: kept, problem: problemOf(part) }));
  }
  // Servers that could not read what their model wrote of a call: another try may be readable.
  if (finishReason === 'tool-calls' && text === '' && parts.every(({ type }) => type === 'reasoning'))
    throw new Error('the model said that it calls tools, and there is no call');
  const { inputTokens = 0, outputTokens = 0, totalTokens = inputTokens + outputTokens } = usage;
  return { parts, calls, text, finishReason, usage: { inputTokens, outputTokens, totalTokens } };
}

/** What a model is to be told of an answer. */
export function ofShape(schema: JsonSchema): string {
  return `nothing but a JSON object. Its JSON Schema: ${JSON.stringify(schema)}`;
}

/**
 * Some packages ask the provider for any JSON at all, unless they are told that it can do more. Then nobody tells the model of
 * the shape, and several providers refuse such a request where no message has the word JSON.
 */
function isToldNoShape(model: object): boolean {
  return 'supportsStructuredOutputs' in model && model.supportsStructuredOutputs === false;
}

/**
 * A message as providers take it. Many refuse a conversation for what its model has written: arguments that are no object,
 * a name that no tool could have (`multi_tool_use.parallel`), nothing at all. The model is told of it by the result.
 */
function asPrompt(message: AgentMessage): AgentMessage {
  if (message.role === 'user') return message;
  if (message.role === 'tool') return { ...message, content: message.content.map(withToolName) };
  const content = message.content.map((part) => {
    if (part.type !== 'tool-call' || part.providerExecuted) return part;
    return withToolName({ ...part, input: isRecord(part.input) ? part.input : {} });
  });
  const isSaid = content.some((part) => part.type !== 'reasoning' && (part.type !== 'text' || part.text !== ''));
  return { ...message, content: isSaid ? content : [...content, { type: 'text', text: '(no answer)' }] };
}

function withToolName<Part extends { readonly toolName: string }>(part: Part): Part {
  const toolName = part.toolName.replace(/[^\w-]/g, '_').replace(/^(?![a-z_])/i, '_');
  return { ...part, toolName: toolName.slice(0, 64) };
}

/**
 * The AI SDK takes two calls with one id for the same call, and there are models that give every call the same, or none:
 * it gets ids of ours.
 */
function withOwnIds(model: Exclude<Model, string>, given: Map<string, string>): Model {
  const { specificationVersion, provider, modelId, supportedUrls } = model;
  const doGenerate = async (options: never) => {
    const reply = await model.doGenerate(options);
    const content = (reply.content as readonly ContentPart[]).map((part) => {
      if (part.type !== 'tool-call' || part.providerExecuted) return part;
      const toolCallId = `holdpoint-${given.size + 1}`;
      given.set(toolCallId, part.toolCallId ?? '');
      return { ...part, toolCallId };
    });
    return { ...reply, content };
  };
  const doStream = (options: never) => model.doStream(options);
  return { specificationVersion, provider, modelId, supportedUrls, doGenerate, doStream } as Model;
}

function problemOf({ invalid, input }: ContentPart): string | undefined {
  if (isTooDeep(input)) return `nest more than ${DEPTH_LIMIT} levels`;
  return invalid === true && typeof input === 'string' ? 'are not valid JSON: a JSON object is needed' : undefined;
}

function providerOutput({ type, output, error }: ContentPart): ToolOutput {
  if (type === 'tool-error') return { type: 'error-text', value: reasonOf(error) };
  return isTooDeep(output)
    ? { type: 'error-text', value: 'the result nests too deeply to be kept' }
    : { type: 'json', value: asJson(output) };
}

/** The AI SDK's content parts, as far as they are kept. */
interface ContentPart {
  readonly type: string;
  readonly text?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly invalid?: boolean;
  readonly providerExecuted?: boolean;
  readonly providerMetadata?: unknown;
}

/** What the provider gets back with the next call. Sources and files are not part of a conversation. */
function toPart(part: ContentPart): AssistantPart | undefined {
  const { type, text = '', toolCallId = '', toolName = '', providerExecuted, providerMetadata } = part;
  const providerOptions = providerMetadata === undefined ? undefined : asJson(providerMetadata);
  switch (type) {
    case 'text':
    case 'reasoning':
      return defined({ type, text, providerOptions });
    case 'tool-call':
      return defined({
        ...{ type, toolCallId, toolName, input: isTooDeep(part.input) ? null : asJson(part.input) },
        ...{ providerExecuted: providerExecuted || undefined, providerOptions },
      });
    // Of the provider's own tools: its next request wants to have them back.
    case 'tool-result':
    case 'tool-error':
      if (!providerExecuted) return undefined;
      return defined({ type: 'tool-result', toolCallId, toolName, output: providerOutput(part), providerOptions });
    default:
      return undefined;
  }
}

/** What a {@link localModel} is asked. */
export interface ModelPrompt {
  readonly system: string | undefined;
  readonly messages: readonly AgentMessage[];
  readonly tools: readonly string[];
}

/** What a {@link localModel} says. */
export interface ModelAnswer {
  readonly text?: string;
  /** `input`: the text that a provider sends; JSON, if all is well. */
  readonly toolCalls?: readonly { readonly toolCallId: string; readonly toolName: string; readonly input: string }[];
  readonly usage?: Omit<TokenUsage, 'totalTokens'>;
}

export type LocalModel = Extract<LanguageModel, { specificationVersion: 'v3' }>;

/** A model that is a function of ours, in the AI SDK's shape: it needs no provider and no key. */
export function localModel(modelId: string, answer: (prompt: ModelPrompt) => Promise<ModelAnswer>): LocalModel {
  return {
    specificationVersion: 'v3',
    provider: 'holdpoint',
    modelId,
    supportedUrls: {},
    async doGenerate({ prompt, tools = [] }) {
      const system = prompt.find(({ role }) => role === 'system')?.content as string | undefined;
      const messages = prompt.filter(({ role }) => role !== 'system').map(fromPrompt);
      const { text, toolCalls = [], usage } = await answer({ system, messages, tools: tools.map(({ name }) => name) });
      const { inputTokens: total = 0, outputTokens = 0 } = usage ?? {};
      return {
        content: [
          ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
          ...toolCalls.map((call) => ({ type: 'tool-call' as const, ...call })),
        ],
        finishReason: { unified: toolCalls.length > 0 ? 'tool-calls' : 'stop', raw: undefined },
        usage: {
          inputTokens: { total, noCache: total, cacheRead: undefined, cacheWrite: undefined },
          outputTokens: { total: outputTokens, text: outputTokens, reasoning: undefined },
        },
        warnings: [],
      };
    },
    doStream: () => Promise.reject(new Error(`${modelId} does not stream`)),
  };
}

/** The AI SDK hands a user's text on as parts. */
function fromPrompt(message: { readonly role: string; readonly content: unknown }): AgentMessage {
  if (message.role !== 'user') return message as AgentMessage;
  const parts = message.content as readonly { readonly text?: string }[];
  return { role: 'user', content: parts.map(({ text = '' }) => text).join('') };
}
