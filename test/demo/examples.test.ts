/** The examples with agents as their users run them: without a key, with a server that speaks OpenAI's API, at a terminal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { DOWN, ENTER, hasTerminals, Terminal } from './terminal.ts';

const ROOT = join(import.meta.dirname, '../..');

let running: ChildProcess | undefined;
let openai: Server | undefined;
afterEach(() => {
  running?.kill('SIGKILL');
  openai?.close();
});

/** What a shell of somebody without a key has. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(OPENAI|TEMPORAL)_|_PROXY$/i.test(name));
  return { ...Object.fromEntries(own), HOLDPOINT_TEMPORAL_CLI: inject('cli'), ...more };
}

function command(name: string): string[] {
  return [process.execPath, '--import', import.meta.resolve('tsx'), join(ROOT, 'examples', name, 'main.ts')];
}

/** Runs an example to its end, without a terminal. */
async function run(name: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  const [node = '', ...args] = command(name);
  const child = spawn(node, [...args, '--yes'], {
    cwd: ROOT,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output.join('') };
}

/** Lines that say what a tool did. */
function effects(output: string): string[] {
  return output.split('\n').flatMap((line) => (line.startsWith('  * ') ? [line.slice(4)] : []));
}

describe('without a key', () => {
  it('03: the gate of the step, then those of the tool, in one history', async () => {
    const { code, output } = await run('03-nested-gates');
    expect(output).toContain('Model: a script');
    expect(output).toContain('Tokens: 0 in, 0 out');
    const questions = [...output.matchAll(/^\? (.*)$/gm)].map(([, question]) => question);
    expect(questions).toEqual([
      'Process sensitive data?',
      'processor calls deleteRecords',
      'processor calls deleteRecords',
    ]);
    const first = 'process_data#confirmation: ';
    const second = 'process_data#executor, deleteRecords {"table":"sessions_2019"}: ';
    const third = 'process_data#executor~2, deleteRecords {"table":"customers"}: ';
    const yes = 'confirmed by auto';
    expect(histories(output)).toEqual([
      [`${first}open`],
      [first + yes, `${second}open`],
      [first + yes, second + yes, `${third}open`],
      [first + yes, second + yes, `${third}rejected by auto, customers are still needed`],
    ]);
    expect(effects(output)).toEqual(['deleted 48000 records of sessions_2019; auto said so']);
    expect(output).toContain('customers: kept, since you said: customers are still needed.');
    expect(code).toBe(0);
  });

  it('04: results come from a script and from the shell', async () => {
    const { code, output } = await run('04-external-execution');
    expect(output).toMatch(/\$ TEMPORAL_ADDRESS=\S+ node --import tsx \S+complete\.ts release-\S+ '{"passed":812}'/);
    expect(output).toMatch(/release-\S+ is paused\n/);
    expect(output).toMatch(/workflow signal .* --name completeTool --input '{"requirement":"build#executor~2",/);
    expect(output).toContain('The run is completed:\nlinux {"passed":812}, macos "all green"');
    expect(histories(output).at(-1)).toEqual([
      'build#executor, build {"version":"2.4.0","platform":"linux"}: confirmed by build machine',
      'build#executor~2, build {"version":"2.4.0","platform":"macos"}: confirmed by a shell script',
    ]);
    expect(code).toBe(0);
  });
});

/** Each history that was printed, a line per question. */
function histories(output: string): string[][] {
  const printed = [...output.matchAll(/^(?:The run waits|What was asked):\n((?: {2}\S.*\n)+)/gm)];
  return printed.map(([, lines = '']) =>
    lines
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
  );
}

interface Asked {
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly tools?: readonly { readonly function: { readonly name: string } }[];
    readonly messages: readonly { readonly role: string; readonly content: unknown }[];
    readonly response_format?: object;
  };
}

/** A server that speaks as much of OpenAI's API as is needed: it says what it is told to. */
async function fakeOpenAI(say: (asked: Asked['body']) => object | number) {
  const asked: Asked[] = [];
  openai = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'];
      asked.push({ authorization: request.headers.authorization, body });
      const message = request.url === '/v1/chat/completions' ? say(body) : 404;
      const refused = typeof message === 'number';
      response.writeHead(refused ? message : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(refused ? { error: { message: 'Incorrect API key' } } : completion(message)));
    });
  });
  openai.listen(0, '127.0.0.1');
  await once(openai, 'listening');
  return { asked, url: `http://127.0.0.1:${(openai.address() as AddressInfo).port}/v1` };
}

function completion(message: object): object {
  const finish = 'tool_calls' in message ? 'tool_calls' : 'stop';
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'small',
    choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content: null, ...message } }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  };
}

function calls(name: string, args: object): object {
  return { tool_calls: [{ id: 'call_x', type: 'function', function: { name, arguments: JSON.stringify(args) } }] };
}

describe('with a server that speaks OpenAI’s API', () => {
  it('asks it, shows what it calls, and counts its tokens', async () => {
    const { asked, url } = await fakeOpenAI(({ messages }) =>
      messages.some(({ role }) => role === 'tool')
        ? { content: 'Stay in.' }
        : calls('hourlyForecast', { city: 'Porto', hours: 12 }),
    );
    const env = { OPENAI_BASE_URL: url, OPENAI_API_KEY: 'sk-of-a-test', OPENAI_MODEL: 'small' };
    const { code, output } = await run('02-weather-agent', env);
    expect(output).toContain('Model: small\n');
    expect(output).toContain('? forecaster calls hourlyForecast\n    city: Porto\n    hours: 12\n  auto: yes');
    expect(effects(output)).toEqual(['bought 12 hours for Porto, EUR 0.24; auto was asked']);
    expect(output).toContain('The run is completed:\nStay in.');
    expect(output).toContain('Tokens: 200 in, 20 out');
    expect(code).toBe(0);
    expect(asked.map(({ authorization, body }) => [authorization, body.model])).toEqual([
      ['Bearer sk-of-a-test', 'small'],
      ['Bearer sk-of-a-test', 'small'],
    ]);
    expect(asked[0]!.body.tools!.map(({ function: { name } }) => name)).toEqual(['currentWeather', 'hourlyForecast']);
    expect(asked[1]!.body.messages.at(-1)).toMatchObject({
      role: 'tool',
      content: JSON.stringify({ city: 'Porto', hours: 12, rain: 'from 15:00 to 19:00' }),
    });
  });

  it('tells it the shape of the answer, and needs no key', async () => {
    const filed = { title: 'T', summary: 'S', words: [] };
    const { asked, url } = await fakeOpenAI(({ response_format: shape }) => ({
      content: shape ? JSON.stringify(filed) : 'Nothing to delegate.',
    }));
    const { code, output } = await run('06-research-team', { OPENAI_BASE_URL: url });
    expect(JSON.parse(/The run is completed:\n({.*?\n})/s.exec(output)![1]!)).toEqual({ shelf: 'L', ...filed });
    expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    expect(asked[0]!.body.tools!.map(({ function: { name } }) => name)).toEqual(['delegate_task_to_member']);
    expect(asked[1]!.body.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { schema: { type: 'object', required: ['title', 'summary', 'words'] } },
    });
    expect(code).toBe(0);
  });
});

describe.runIf(hasTerminals())('at a terminal', () => {
  it('asks the person: values that a schema describes', async () => {
    const terminal = new Terminal(command('05-argument-values'), { cwd: ROOT, env: environment({ USER: 'ann' }) });
    running = terminal.child;
    await terminal.see('Give it the values');
    await terminal.type(ENTER);
    await terminal.see('quiet coach');
    await terminal.type(DOWN + DOWN + ENTER);
    await terminal.see('number of your discount card');
    await terminal.type(`BC-77${ENTER}`);
    const seen = await terminal.see(/Tokens/);
    expect(seen).toContain('ann: input, {"seat":"quiet coach","discountCard":"BC-77"}');
    expect(seen).toContain('* booked IC 2049, quiet coach, discount card BC-77');
    expect(await terminal.ended).toBe(0);
  });
});
