/** Whole runs with a real provider's package, over real HTTP: what goes out, what comes back, and what goes wrong. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { failureOf } from '../support/drive.ts';
import { eventsOf } from '../support/history.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';
import { KEYS, wireAgents } from './agents.ts';
import { type ChatRequest, type ChatServer, startChatServer } from './server.ts';

const taskQueue = `wire-${randomUUID()}`;
const effects: [runId: string, effect: string][] = [];

let server: TestServer;
let chat: ChatServer;

beforeAll(async () => {
  process.env.WIRE_API_KEY = KEYS.environment;
  const workflowsPath = fileURLToPath(new URL('../workflows/wire/index.ts', import.meta.url));
  let workflowBundle: Awaited<ReturnType<typeof bundleWorkflows>>;
  [server, chat, workflowBundle] = await Promise.all([
    openServer(),
    startChatServer(),
    bundleWorkflows({ workflowsPath }),
  ]);
  const agents = wireAgents(chat.baseURL, (...effect) => void effects.push(effect));
  await server.worker({ taskQueue, workflowBundle, activities: { agents } });
});
afterAll(async () => {
  delete process.env.WIRE_API_KEY;
  await server.close();
  await chat.close();
});

const start = (workflow: string, task: string): Promise<TestRun> =>
  server.start(workflow, task, undefined, { taskQueue });

const effectsOf = ({ handle }: TestRun) =>
  effects.flatMap(([runId, effect]) => (runId === handle.workflowId ? [effect] : []));

/** What the model heard of its tool calls with this request, by their ids. */
const heard = ({ body }: ChatRequest) =>
  Object.fromEntries(
    body.messages.flatMap(({ role, tool_call_id, content }) => (role === 'tool' ? [[tool_call_id, content]] : [])),
  );

/** What the run failed with. */
async function failed(run: TestRun): Promise<NonNullable<RunOutput['error']>> {
  const error = await run.result().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return (failureOf(error).details![0] as RunOutput).error!;
}

describe('an answer', () => {
  test('goes through the whole run, with what each step and all of it cost', async () => {
    const second = chat.plan({ text: 'Done.', usage: [30, 4] });
    const first = chat.plan(
      { calls: [{ id: 'c1', name: 'look', args: { q: 'a' } }], usage: [10, 2] },
      { text: second, usage: [20, 3] },
    );
    const { content, usage, stepResults } = await (await start('wireTwice', first)).result();
    expect(content).toBe('Done.');
    expect(usage).toEqual({ inputTokens: 60, outputTokens: 9, totalTokens: 69 });
    expect(stepResults).toMatchObject([
      { name: 'first', content: second, usage: { inputTokens: 30, outputTokens: 5, totalTokens: 35 } },
      { name: 'second', content: 'Done.', usage: { inputTokens: 30, outputTokens: 4, totalTokens: 34 } },
    ]);
  });

  test('is asked for with instructions, settings and the key', async () => {
    const task = chat.plan({ text: 'Done.' });
    await (await start('wireClerk', task)).result();
    const [request] = chat.requests(task);
    expect(request!.authorization).toBe(`Bearer ${KEYS.looks}`);
    expect(request!.body).toMatchObject({
      ...{ model: 'model-1', temperature: 0 },
      messages: [
        { role: 'system', content: 'Be quick.' },
        { role: 'user', content: task },
      ],
    });
    expect(request!.body).not.toHaveProperty('response_format');
  });

  test('of a shape is asked for by its JSON Schema, until it fits', async () => {
    const task = chat.plan({ text: '{"city":"Rome","degrees":"hot"}' }, { text: '{"city":"Rome","degrees":31}' });
    const { content } = await (await start('wireTyped', task)).result();
    expect(content).toEqual({ city: 'Rome', degrees: 31 });
    const [first, second] = chat.requests(task);
    for (const { body } of [first!, second!]) {
      expect(body.response_format).toMatchObject({
        type: 'json_schema',
        json_schema: {
          schema: {
            type: 'object',
            properties: { city: { type: 'string' }, degrees: { type: 'number' } },
            required: ['city', 'degrees'],
          },
        },
      });
    }
    expect(second!.body.messages).toMatchObject([
      { role: 'user', content: task },
      { role: 'assistant', content: '{"city":"Rome","degrees":"hot"}' },
      { role: 'user', content: expect.stringMatching(/^Your answer does not fit: degrees: .*Answer again/) },
    ]);
  });

  test('of a shape is asked for in words where the provider is asked for any JSON: it refuses that without the word', async () => {
    const task = chat.plan(({ body: { messages, response_format } }) => {
      expect(response_format).toEqual({ type: 'json_object' });
      return JSON.stringify(messages).includes('JSON')
        ? { text: '{"city":"Rome"}' }
        : { status: 400, error: "'messages' must contain the word 'json' in some form" };
    });
    expect((await (await start('wireLoose', task)).result()).content).toEqual({ city: 'Rome' });
    const [{ role, content } = { role: '', content: '' }] = chat.requests(task)[0]!.body.messages;
    expect(role).toBe('system');
    expect(content).toMatch(
      /^Be quick\.\n\nYour answer has to be nothing but a JSON object\. Its JSON Schema: \{.*"city":\{"type":"string"\}/,
    );
  });
});

describe('a tool', () => {
  test('is described to the model, runs, and its result goes back with the call', async () => {
    const task = chat.plan(
      {
        text: 'One moment.',
        calls: [
          { id: 'c1', name: 'look', args: { q: 'a' } },
          { id: 'c2', name: 'look', args: { q: 'b', limit: 1 } },
        ],
      },
      { text: 'Done.' },
    );
    const run = await start('wireClerk', task);
    expect((await run.result()).content).toBe('Done.');
    expect(effectsOf(run)).toEqual(['look', 'look']);
    const [first, second] = chat.requests(task);
    expect(first!.body.tools).toMatchObject([
      {
        type: 'function',
        function: {
          ...{ name: 'look', description: 'Looks something up' },
          parameters: {
            type: 'object',
            properties: { q: { type: 'string' }, limit: { type: 'integer', default: 3 } },
            required: ['q'],
          },
        },
      },
      {
        type: 'function',
        function: {
          ...{ name: 'pay', description: 'Pays money' },
          parameters: { type: 'object', properties: { to: { type: 'string' }, euros: { type: 'number' } } },
        },
      },
    ]);
    expect(second!.body.messages.slice(2)).toMatchObject([
      {
        role: 'assistant',
        content: 'One moment.',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"q":"a"}' } },
          { id: 'c2', type: 'function', function: { name: 'look', arguments: '{"q":"b","limit":1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"found":["a"],"limit":3}' },
      { role: 'tool', tool_call_id: 'c2', content: '{"found":["b"],"limit":1}' },
    ]);
  });

  test('with a gate waits for a human, and runs once', async () => {
    const pay = { id: 'c1', name: 'pay', args: { to: 'Ann', euros: 5 } };
    const task = chat.plan({ calls: [pay, { id: 'c2', name: 'look', args: { q: 'a' } }] }, { text: 'Paid.' });
    const run = await start('wireClerk', task);
    const requirement = await run.pausedAt('executor');
    expect(requirement.tools).toMatchObject([
      { toolCallId: 'c1', toolName: 'pay', kind: 'confirmation', args: { to: 'Ann', euros: 5 } },
    ]);
    expect(effectsOf(run)).not.toContain('pay by bob');
    await run.answer('approve', requirement, { by: 'bob' });
    expect((await run.result()).content).toBe('Paid.');
    expect(effectsOf(run)).toEqual(['look', 'pay by bob']);
    const [, second] = chat.requests(task);
    expect(heard(second!)).toEqual({ c1: 'Ann has 5 euros', c2: '{"found":["a"],"limit":3}' });
    expect(chat.requests(task)).toHaveLength(2);
  });

  test('that is called wrongly is told so, and the run goes on', async () => {
    const task = chat.plan(
      {
        calls: [
          { id: 'c1', name: 'look', args: '{"q":' },
          { id: 'c2', name: 'multi_tool_use.parallel', args: { to: 'Ann' } },
          { id: 'c3', name: 'look', args: { q: 7 } },
          { id: 'c4', name: 'pay', args: { to: 'Ann', euros: 'five' } },
          { id: 'c5', name: 'look', args: '' },
        ],
      },
      { text: 'Sorry.' },
    );
    const run = await start('wireClerk', task);
    expect((await run.result()).content).toBe('Sorry.');
    expect(effectsOf(run)).toEqual([]);
    const [, second] = chat.requests(task);
    expect(heard(second!)).toEqual({
      c1: "The arguments of 'look' are not valid JSON: a JSON object is needed. Call it again, corrected.",
      c2: "There is no tool 'multi_tool_use.parallel'. The tools are: look, pay.",
      c3: expect.stringMatching(
        /^The arguments of 'look' do not fit: q: .*expected string.*\. Call it again, corrected\.$/,
      ),
      c4: expect.stringMatching(
        /^The arguments of 'pay' do not fit: euros: .*expected number.*\. Call it again, corrected\.$/,
      ),
      c5: expect.stringMatching(/^The arguments of 'look' do not fit: q: /),
    });
    const said = second!.body.messages.find(({ role }) => role === 'assistant')!;
    expect(said.tool_calls).toMatchObject([
      { id: 'c1', function: { name: 'look', arguments: '{}' } },
      { id: 'c2', function: { name: 'multi_tool_use_parallel', arguments: '{"to":"Ann"}' } },
      { id: 'c3', function: { name: 'look', arguments: '{"q":7}' } },
      { id: 'c4', function: { name: 'pay', arguments: '{"to":"Ann","euros":"five"}' } },
      { id: 'c5', function: { name: 'look', arguments: '{}' } },
    ]);
  });

  test('is called once per call, also where the model gives calls no ids of their own', async () => {
    const task = chat.plan(
      {
        calls: [
          { id: '', name: 'look', args: { q: 'a' } },
          { id: '', name: 'look', args: { q: 'b' } },
        ],
      },
      { text: 'Done.' },
    );
    await (await start('wireClerk', task)).result();
    expect(heard(chat.requests(task)[1]!)).toEqual({
      ...{ call_1: '{"found":["a"],"limit":3}', call_2: '{"found":["b"],"limit":3}' },
    });
  });
});

describe('a provider', () => {
  test('that asks to wait is asked again when it says', async () => {
    const limit = { status: 429, error: 'Rate limit reached', headers: { 'retry-after': '1' } };
    const task = chat.plan(limit, { text: 'Done.' });
    expect((await (await start('wireClerk', task)).result()).content).toBe('Done.');
    const [first, second] = chat.requests(task);
    expect(second!.at - first!.at).toBeGreaterThan(990);
  });

  test('that is broken is asked again', async () => {
    const task = chat.plan(
      { status: 500, error: 'The server had an error' },
      { status: 503, error: 'Overloaded' },
      { text: 'Done.' },
    );
    const { content, usage } = await (await start('wireClerk', task)).result();
    expect(content).toBe('Done.');
    expect(usage).toEqual({ inputTokens: 10, outputTokens: 2, totalTokens: 12 });
    expect(chat.requests(task)).toHaveLength(3);
  });

  test('whose answer cannot be read is asked again, and then the run says so', async () => {
    const page = { body: '<html>Bad gateway</html>', headers: { 'content-type': 'text/html' } };
    const mended = chat.plan(page, { text: 'Done.' });
    expect((await (await start('wireClerk', mended)).result()).content).toBe('Done.');
    const task = chat.plan(page, page, page, page, { text: 'Done.' });
    const { message, type } = await failed(await start('wireClerk', task));
    expect({ message, type }).toEqual({
      ...{ message: 'Invalid JSON response (HTTP 200)', type: 'holdpoint.ModelUnavailable' },
    });
    expect(chat.requests(task)).toHaveLength(4);
  });

  test('whose model calls a tool that is not there to be read is asked again', async () => {
    const choice = { message: { role: 'assistant', content: '', tool_calls: [] }, finish_reason: 'tool_calls' };
    const task = chat.plan({ body: JSON.stringify({ choices: [choice] }) }, { text: 'Done.' });
    expect((await (await start('wireClerk', task)).result()).content).toBe('Done.');
  });

  test('that has an error in place of an answer is asked again, and then quoted', async () => {
    const error = { body: '{"error":{"message":"The upstream is down","code":502}}' };
    const { message, type } = await failed(await start('wireClerk', chat.plan(error, error, error, error)));
    expect({ message, type }).toEqual({
      ...{ message: 'Invalid JSON response: The upstream is down (HTTP 200)', type: 'holdpoint.ModelUnavailable' },
    });
  });

  test.each([
    ['by its looks', 'wireClerk', KEYS.looks, 'Incorrect API key provided: KEY', 'Incorrect API key provided: [key]'],
    [
      'by the environment',
      'wireByEnvironment',
      KEYS.environment,
      'No account has KEY, sorry',
      'No account has [key], sorry',
    ],
    [
      'by where it stands',
      'wireByHeader',
      KEYS.header,
      'Bad header "Authorization: Bearer KEY"',
      'Bad header "Authorization: Bearer [key]"',
    ],
    ['by its use', 'wireByUse', KEYS.use, 'Received=KEY, expected another', 'Received=[key], expected another'],
    ['by its use in a setting', 'wireBySetting', KEYS.setting, 'Who is KEY?', 'Who is [key]?'],
  ])(
    'that refuses is asked once; its words are kept, and the key %s is nowhere',
    async (_, workflow, key, says, kept) => {
      const task = chat.plan(({ authorization }) => {
        const error = says.replace('KEY', authorization.replace(/^Bearer /, ''));
        return { status: 401, error, headers: { 'x-echo': authorization } };
      });
      const run = await start(workflow, task);
      expect(await failed(run)).toMatchObject({ message: `${kept} (HTTP 401)`, type: 'holdpoint.ModelRefused' });
      expect(chat.requests(task).map(({ authorization }) => authorization)).toEqual([`Bearer ${key}`]);
      const text = legible(await eventsOf(run.handle));
      for (const told of ['(HTTP 401)', task]) expect(text).toContain(told);
      expect(text).not.toContain(key);
    },
  );

  test.each([
    ['address', 'wireByAddress', 'credentials: http://[key]@127.0.0.1'],
    ['header', 'wireByBrokenHeader', 'Headers.append: "[key]" is an invalid header value'],
  ])('that no request can be made to, as its %s is wrong, shows no key either', async (_, workflow, kept) => {
    const run = await start(workflow, 'Hello');
    expect((await failed(run)).message).toContain(kept);
    const text = legible(await eventsOf(run.handle));
    expect(text).toContain(kept.replaceAll('"', '\\"'));
    for (const key of Object.values(KEYS)) expect(text).not.toContain(key);
  });

  test('is hung up on when the run is cancelled', async () => {
    const task = chat.plan({ text: 'Too late.', afterMs: 50_000 });
    const run = await start('wireClerk', task);
    await expect.poll(() => chat.requests(task), { timeout: 20_000 }).toHaveLength(1);
    await run.handle.cancel();
    expect(await chat.requests(task)[0]!.closed).toBe('gone');
    const error = await run.result().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(chat.requests(task)).toHaveLength(1);
  });
});

/** A history as JSON, with its payloads as text. */
function legible(value: unknown): string {
  const read = (each: unknown): unknown => {
    if (each instanceof Uint8Array) return Buffer.from(each).toString();
    if (Array.isArray(each)) return each.map(read);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, read(inner)]));
  };
  return JSON.stringify(read(value));
}
