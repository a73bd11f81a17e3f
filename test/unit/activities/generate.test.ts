/** One model call: what the model is asked, and what is made of its reply. */
import { createOpenAI, openai } from '@ai-sdk/openai';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type AgentOptions, agent, team } from '../../../activities/agent.ts';
import { generateActivity } from '../../../activities/generate.ts';
import { type LocalModel, localModel, type ModelAnswer } from '../../../activities/model.ts';
import { tool } from '../../../activities/tool.ts';
import type { AgentMessage, ModelTurn, ToolCallPart } from '../../../workflows/protocol/agent.ts';
import { ScriptedModel } from '../../kit/index.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

const inputSchema = z.object({ q: z.string() });
const look = tool({ description: 'Looks something up', inputSchema, execute: () => 'seen' });
const asked: readonly AgentMessage[] = [{ role: 'user', content: 'Find it.' }];

const activity = () => new MockActivityEnvironment(undefined, { logger: new DefaultLogger('ERROR') });

function turn(options: AgentOptions, messages = asked): Promise<ModelTurn> {
  return activity().run(generateActivity(agent({ tools: { look }, ...options })), { turn: 1, messages });
}

const says = (answer: ModelAnswer) => localModel('m', async () => answer);

type Options = Parameters<LocalModel['doGenerate']>[0];
type Reply = Awaited<ReturnType<LocalModel['doGenerate']>>;

/** A model that replies with these parts, and notes what it was asked. */
function raw(content: Reply['content'], unified: Reply['finishReason']['unified'] = 'stop', said?: string) {
  const requests: Options[] = [];
  const model: LocalModel = {
    ...says({}),
    async doGenerate(options) {
      requests.push(options);
      return { ...(await says({}).doGenerate(options)), content, finishReason: { unified, raw: said } };
    },
  };
  return { model, requests };
}

const call = (toolCallId: string, q: string) => ({ toolCallId, toolName: 'look', input: JSON.stringify({ q }) });
const calls = (...toolCalls: NonNullable<ModelAnswer['toolCalls']>) => says({ toolCalls });

const idsInMessage = ({ message }: ModelTurn) =>
  message.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []));
const idsInPlan = (planned: ModelTurn) => planned.calls.map(({ toolCallId }) => toolCallId);
/** What each call runs with: what the model wrote, unless its plan says otherwise. */
const argsOf = ({ message, calls: planned }: ModelTurn) =>
  planned.map((each) => {
    const wrote = message.content.find((part) => part.type === 'tool-call' && part.toolCallId === each.toolCallId);
    return each.do === 'run' ? (each.args ?? (wrote as ToolCallPart).input) : each;
  });

describe('what the model is asked', () => {
  it('is its instructions, the conversation, and its tools', async () => {
    const { model, requests } = raw([{ type: 'text', text: 'Found.' }]);
    await turn({ model, instructions: 'Be quick.', settings: { temperature: 0.5, maxOutputTokens: 100, seed: 7 } });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      temperature: 0.5,
      maxOutputTokens: 100,
      seed: 7,
      prompt: [
        { role: 'system', content: 'Be quick.' },
        { role: 'user', content: [{ type: 'text', text: 'Find it.' }] },
      ],
      tools: [
        {
          type: 'function',
          name: 'look',
          description: 'Looks something up',
          inputSchema: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
        },
      ],
    });
    expect(requests[0]!.responseFormat).toBeUndefined();
  });

  it('names the shape of the answer where there is one', async () => {
    const { model, requests } = raw([{ type: 'text', text: '{"city":"Rome"}' }]);
    await turn({ model, outputSchema: z.object({ city: z.string() }) });
    expect(requests[0]!.responseFormat).toMatchObject({
      type: 'json',
      schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    });
  });

  it('is asked the same of a model that was made for the AI SDK 5', async () => {
    vi.stubGlobal('AI_SDK_LOG_WARNINGS', false);
    const { model } = raw([{ type: 'tool-call', ...call('c1', 'a') }]);
    const old = {
      ...{ specificationVersion: 'v2', provider: 'old', modelId: 'm', supportedUrls: {} },
      doGenerate: async (options: Options) => ({
        ...(await model.doGenerate(options)),
        finishReason: 'tool-calls',
        usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12 },
      }),
    };
    expect(await turn({ model: old as unknown as LocalModel })).toMatchObject({
      calls: [{ toolCallId: 'c1', do: 'run' }],
      usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12 },
    });
  });

  it('names the members to a leader', async () => {
    const { model, requests } = raw([{ type: 'text', text: 'Done.' }]);
    const member = agent({ model, description: 'Finds things' });
    const leader = team({ model, members: { searcher: member, writer: agent({ model }) }, instructions: 'Lead.' });
    await activity().run(generateActivity(leader), { turn: 1, messages: asked });
    expect(requests[0]!.prompt[0]!.content).toMatch(
      /^Lead\.\n\nYou lead a team\. .*:\n- searcher: Finds things\n- writer$/,
    );
    expect(requests[0]!.tools).toMatchObject([
      { name: 'delegate_task_to_member', inputSchema: { properties: { member_id: { enum: ['searcher', 'writer'] } } } },
    ]);
  });

  it('has nothing in it that providers refuse, whatever the model has written', async () => {
    const { model, requests } = raw([{ type: 'text', text: 'Done.' }]);
    const inputs = ['{"q":', '{"q":"a"}', null, ['a'], { q: 'a' }];
    const names = ['multi_tool_use.parallel', '', '1st', 'x'.repeat(80), 'look'];
    const parts = inputs.map((input, n) => ({ toolCallId: `c${n}`, toolName: names[n]!, input }));
    const output = { type: 'error-text', value: 'no' } as const;
    await turn({ model }, [
      ...asked,
      { role: 'assistant', content: [{ type: 'reasoning', text: 'Hm.' }] },
      { role: 'user', content: 'Answer.' },
      { role: 'assistant', content: parts.map((part) => ({ type: 'tool-call', ...part })) },
      { role: 'tool', content: parts.map(({ input: _, ...part }) => ({ type: 'tool-result', ...part, output })) },
    ]);
    const [, empty, , said, heard] = requests[0]!.prompt;
    expect(empty!.content).toMatchObject([{ text: 'Hm.' }, { type: 'text', text: '(no answer)' }]);
    const sent = ['multi_tool_use_parallel', '_', '_1st', 'x'.repeat(64), 'look'];
    expect(said!.content).toMatchObject(
      sent.map((toolName, n) => ({ toolName, toolCallId: `c${n}`, input: n === 4 ? { q: 'a' } : {} })),
    );
    expect(heard!.content).toMatchObject(sent.map((toolName, n) => ({ toolName, toolCallId: `c${n}` })));
  });

  it('is given up when the activity is cancelled', async () => {
    const env = activity();
    const model = {
      ...says({}),
      doGenerate: ({ abortSignal }: Options) =>
        new Promise<never>((_, reject) => {
          abortSignal!.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
          env.cancel('CANCELLED');
        }),
    };
    const failed = env.run(generateActivity(agent({ model })), { turn: 1, messages: asked });
    await expect(failed).rejects.toBeInstanceOf(CancelledFailure);
  });
});

describe('an answer', () => {
  it('is text, with what it cost', async () => {
    const model = says({ text: 'Found.', usage: { inputTokens: 10, outputTokens: 2 } });
    expect(await turn({ model, maxTurns: 7 })).toEqual({
      message: { role: 'assistant', content: [{ type: 'text', text: 'Found.' }] },
      calls: [],
      content: 'Found.',
      usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12 },
      maxTurns: 7,
    });
  });

  it('is empty where the model says nothing', async () => {
    expect(await turn({ model: says({}) })).toMatchObject({ content: '', calls: [] });
  });

  const outputSchema = z.object({ city: z.string(), degrees: z.coerce.number().default(20) });

  it('is the object that its schema gives', async () => {
    const answered = await turn({ model: says({ text: '{"city":"Rome","degrees":"31","more":1}' }), outputSchema });
    expect(answered.content).toEqual({ city: 'Rome', degrees: 31 });
    expect((await turn({ model: says({ text: '{"city":"Rome"}' }), outputSchema })).content).toEqual({
      city: 'Rome',
      degrees: 20,
    });
  });

  it.each(['```json\n{"city":"Rome"}\n```', '\n```JSON\r\n{\n"city": "Rome"\n}\r\n```\n', '```\n{"city":"Rome"}\n```'])(
    'is also what is in a code block: %j',
    async (text) => {
      expect((await turn({ model: says({ text }), outputSchema })).content).toEqual({ city: 'Rome', degrees: 20 });
    },
  );

  it.each([
    ['text', 'It is hot in Rome.', /^Your answer is not valid JSON\. Answer again/],
    ['JSON with a word before', 'Here: {"city":"Rome"}', /^Your answer is not valid JSON\./],
    ['a code block with a word before', 'Here:\n```json\n{"city":"Rome"}\n```', /^Your answer is not valid JSON\./],
    ['half a code block', '```json\n{"city":"Rome"}', /^Your answer is not valid JSON\./],
    ['half of it', '{"city":"Ro', /^Your answer is not valid JSON\./],
    ['nothing', '', /^Your answer is not valid JSON\./],
    ['another shape', '{"town":"Rome"}', /^Your answer does not fit: city: .*\. Answer again/],
    ['a list', '["Rome"]', /^Your answer does not fit: .*expected object/],
    ['null', 'null', /^Your answer does not fit: /],
  ])('is a problem to tell the model where it is %s', async (_, text, problem) => {
    const answered = await turn({ model: says({ text }), outputSchema });
    expect(answered).not.toHaveProperty('content');
    expect(answered.problem).toMatch(problem);
  });

  it('is not looked for beside tool calls', async () => {
    const answered = await turn({ model: says({ text: 'One moment.', toolCalls: [call('c1', 'a')] }), outputSchema });
    expect(answered).not.toHaveProperty('content');
    expect(answered).not.toHaveProperty('problem');
    expect(answered.calls).toHaveLength(1);
  });

  it('has its reasoning, and what its provider wants back', async () => {
    const { model } = raw([
      { type: 'reasoning', text: 'Hm.', providerMetadata: { openai: { signature: 's' } } },
      { type: 'text', text: 'Found.' },
      { type: 'source', sourceType: 'url', id: '1', url: 'https://example.org' },
    ]);
    expect((await turn({ model })).message.content).toEqual([
      { type: 'reasoning', text: 'Hm.', providerOptions: { openai: { signature: 's' } } },
      { type: 'text', text: 'Found.' },
    ]);
  });
});

describe('the ids of tool calls', () => {
  const before: readonly AgentMessage[] = [
    ...asked,
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { q: 'a' } }] },
    {
      role: 'tool',
      content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'look', output: { type: 'text', value: 'seen' } }],
    },
  ];

  it.each([
    ['as the model gave them', ['c1', 'call|2', 'functions.look:3', 'x'.repeat(200)], asked, null],
    ['different where it gave one twice', ['c1', 'c1', 'c1'], asked, ['c1', 'c1_2', 'c1_3']],
    ['different from earlier ones', ['c1', 'c1_2'], before, ['c1_2', 'c1_2_2']],
    ['made up where it gave none', ['', '', ''], asked, ['call_1', 'call_2', 'call_3']],
    ['made up beside given ones', ['call_2', ''], asked, ['call_2', 'call_3']],
    ['made up after earlier ones', ['', 'call_2'], before, ['call_2', 'call_2_2']],
    [
      'made up for what nobody could type',
      ['a b', 'line\nbreak', 'x'.repeat(201), '🙂'],
      asked,
      ['call_1', 'call_2', 'call_3', 'call_4'],
    ],
  ] as [string, string[], typeof asked, string[] | null][])('are %s', async (_, given, messages, expected) => {
    const planned = await turn({ model: calls(...given.map((id, index) => call(id, `${index}`))) }, messages);
    expect(idsInMessage(planned)).toEqual(expected ?? given);
    expect(idsInPlan(planned)).toEqual(idsInMessage(planned));
    // Each call has its own arguments, whatever its id.
    const args = given.map((__, index) => ({ q: `${index}` }));
    expect(argsOf(planned)).toEqual(args);
    expect(planned.message.content).toMatchObject(args.map((input) => ({ input })));
  });

  it('are different where a call that fits and one that does not share one', async () => {
    const planned = await turn({ model: calls(call('c1', 'a'), { ...call('c1', ''), input: '{"q":' }) });
    expect(planned.calls).toMatchObject([
      { toolCallId: 'c1', do: 'run' },
      { toolCallId: 'c1_2', do: 'tell' },
    ]);
  });

  it('are different also of a model that is given by its name', async () => {
    const model = calls(call('c1', 'a'), call('c1', 'b'));
    vi.stubGlobal('AI_SDK_DEFAULT_PROVIDER', { languageModel: () => model });
    const planned = await turn({ model: 'openai/gpt-5.4' });
    expect(idsInPlan(planned)).toEqual(['c1', 'c1_2']);
    expect(argsOf(planned)).toEqual([{ q: 'a' }, { q: 'b' }]);
  });

  it('are left alone on calls that the provider has run: they are no calls of ours', async () => {
    const provider = { toolCallId: 'ws 1', toolName: 'web_search', providerExecuted: true };
    const { model } = raw([
      { type: 'tool-call', ...provider, input: '{}' },
      { type: 'tool-result', ...provider, result: { hits: 3 } },
      { type: 'tool-call', ...call('c1', 'a') },
      { type: 'text', text: 'Found.' },
    ]);
    const planned = await turn({ model, tools: { look, web_search: openai.tools.webSearch({}) } });
    expect(idsInPlan(planned)).toEqual(['c1']);
    expect(planned.message.content).toEqual([
      { type: 'tool-call', ...provider, input: {} },
      { type: 'tool-result', toolCallId: 'ws 1', toolName: 'web_search', output: { type: 'json', value: { hits: 3 } } },
      { type: 'tool-call', ...call('c1', 'a'), input: { q: 'a' } },
      { type: 'text', text: 'Found.' },
    ]);
  });
});

describe('the id of a call that the provider has run', () => {
  it('is no other call’s: that would run with its arguments', async () => {
    const provider = { toolCallId: 'c1', toolName: 'web_search', providerExecuted: true };
    const { model } = raw([
      { type: 'tool-call', ...provider, input: '{"q":"theirs"}' },
      { type: 'tool-result', ...provider, result: { hits: 3 } },
      { type: 'tool-call', ...call('c1', 'ours') },
    ]);
    const planned = await turn({ model, tools: { look, web_search: openai.tools.webSearch({}) } });
    expect(idsInMessage(planned)).toEqual(['c1', 'c1_2']);
    expect(argsOf(planned)).toEqual([{ q: 'ours' }]);
  });
});

describe('a tool call', () => {
  const plan = async (toolName: string, input: string) =>
    (await turn({ model: calls({ toolCallId: 'c1', toolName, input }) })).calls[0];

  it('keeps what the model wrote in the message', async () => {
    const planned = await turn({ model: calls({ toolCallId: 'c1', toolName: 'look', input: '{"q":"a","more":1}' }) });
    expect(planned.message.content).toMatchObject([{ input: { q: 'a', more: 1 } }]);
    expect(planned.calls).toMatchObject([{ args: { q: 'a' } }]);
  });

  it.each(['{"q":', 'a', "{'q': 'a'}", '{"__proto__": {"q": "a"}}'])('is told to be no JSON: %s', async (input) => {
    expect(await plan('look', input)).toMatchObject({ do: 'tell', error: expect.stringContaining('not valid JSON') });
  });

  it.each(['', '  ', '{}', '"a"', 'null', '[]', '{"q":7}'])("is told not to fit: '%s'", async (input) => {
    expect(await plan('look', input)).toMatchObject({ do: 'tell', error: expect.stringContaining('do not fit') });
  });

  it.each(['nothing', '__proto__', 'constructor', 'toString', ''])(
    "is told that there is no tool '%s'",
    async (name) => {
      expect(await plan(name, '{"q":"a"}')).toEqual({
        ...{ toolCallId: 'c1', toolName: name, do: 'tell' },
        error: `There is no tool '${name}'. The tools are: look.`,
      });
    },
  );

  it('without arguments is one with none', async () => {
    const ping = tool({ description: 'Pings', inputSchema: z.object({}), execute: () => 'pong' });
    const planned = await turn({ model: calls({ toolCallId: 'c1', toolName: 'ping', input: '' }), tools: { ping } });
    expect(planned.calls).toMatchObject([{ do: 'run' }]);
    expect(argsOf(planned)).toEqual([{}]);
  });
});

describe('a model that fails', () => {
  it('is refused without a key, by name of the variable', async () => {
    vi.stubEnv('OPENAI_API_KEY', undefined);
    await expect(turn({ model: createOpenAI()('gpt-5.4') })).rejects.toMatchObject({
      ...{ type: 'holdpoint.ModelRefused', nonRetryable: true },
      message: expect.stringContaining('OPENAI_API_KEY'),
    });
  });

  it('is refused without a key for the gateway, where it is given by its name', async () => {
    vi.stubEnv('AI_GATEWAY_API_KEY', undefined);
    vi.stubEnv('VERCEL_OIDC_TOKEN', undefined);
    await expect(turn({ model: 'openai/gpt-5.4' })).rejects.toMatchObject({
      ...{ type: 'holdpoint.ModelRefused', nonRetryable: true },
      message: expect.stringMatching(/^Unauthenticated request to AI Gateway\.[^\u001b]*AI_GATEWAY_API_KEY/),
    });
  });

  it.each([
    ['error', undefined],
    ['other', 'error'],
  ] as const)('is asked again where its answer ends with an error: %s, %s', async (unified, said) => {
    const { model } = raw([{ type: 'text', text: 'Fou' }], unified, said);
    await expect(turn({ model })).rejects.toMatchObject({
      ...{ nonRetryable: false, message: 'the model ended its answer with an error' },
    });
  });

  it('does not fail otherwise where the headers of its provider cannot be had', async () => {
    const none = () => {
      throw new Error('no key');
    };
    const later = () => Promise.reject(new Error('no metadata server'));
    const failing = { ...says({}), doGenerate: () => Promise.reject(new Error('no answer')) };
    for (const headers of [none, later, 7]) {
      const model = { ...failing, config: { headers } } as LocalModel;
      await expect(turn({ model })).rejects.toMatchObject({ message: 'no answer' });
    }
  });

  it('is asked again where it says that it calls tools, and does not', async () => {
    const { model } = raw([{ type: 'reasoning', text: 'I look.' }], 'tool-calls');
    await expect(turn({ model })).rejects.toMatchObject({
      ...{ nonRetryable: false, message: 'the model said that it calls tools, and there is no call' },
    });
    const says = raw([{ type: 'text', text: 'Found.' }], 'tool-calls');
    expect(await turn({ model: says.model })).toMatchObject({ content: 'Found.' });
  });

  it.each([
    ['content-filter', 'its provider has withheld it (content filter)'],
    ['length', 'it came to the limit of its tokens before it said anything; raise settings.maxOutputTokens'],
  ] as const)('is not taken to have answered with nothing where it could not answer: %s', async (reason, why) => {
    const { model } = raw([{ type: 'reasoning', text: 'Hm.' }], reason);
    await expect(turn({ model })).rejects.toMatchObject({
      ...{ type: 'holdpoint.ModelRefused', nonRetryable: true, message: `The model gave no answer: ${why}` },
    });
    const half = raw([{ type: 'text', text: 'Fou' }], reason);
    expect(await turn({ model: half.model })).toMatchObject({ content: 'Fou' });
    const asks = raw([{ type: 'tool-call', ...call('c1', 'a') }], reason);
    expect(await turn({ model: asks.model })).toMatchObject({ calls: [{ toolCallId: 'c1', do: 'run' }] });
  });

  it('is not asked again where its reply is larger than a message of Temporal’s', async () => {
    await expect(turn({ model: says({ text: 'x'.repeat(1_800_000) }) })).rejects.toMatchObject({
      ...{ type: 'holdpoint.TooLarge', nonRetryable: true },
      message: expect.stringMatching(/^The model's reply has 3600\d\d\d bytes, at most 1800000 are possible/),
    });
  });

  it('fails as its script says', async () => {
    await expect(turn({ model: new ScriptedModel([]) })).rejects.toMatchObject({ type: 'ScriptExhausted' });
    await expect(turn({ model: new ScriptedModel([{ raise: 'overheated' }]) })).rejects.toMatchObject({
      ...{ type: 'Error', message: 'overheated', nonRetryable: false },
    });
  });
});
