/** Told of pauses: a webhook that signs, reminders before a deadline, and a run that does not notice when it fails. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldpointClient } from '../../client/client.ts';
import { type OnPause, verifyWebhook, webhook } from '../../activities/on-pause.ts';
import { agents, call, calls, play } from '../support/agents.ts';
import { eventsOf, ofType, summaryOf } from '../support/history.ts';
import { openServer, type TestServer } from '../support/server.ts';
import { openTimeSkipping } from '../support/time-skipping.ts';

const SECRET = 'a secret of at least 16';
interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const received: Received[] = [];
let status = 204;
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(status).end();
  });
});

let server: TestServer;
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/pauses`;
  server = await openServer();
});
afterAll(async () => {
  await server.close();
  receiver.close();
});

async function untilReceived(count: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; received.length < count; ) {
    if (Date.now() > deadline) throw new Error(`${received.length} of ${count} requests arrived`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let queues = 0;
async function on(onPause: OnPause): Promise<string> {
  queues += 1;
  const taskQueue = `${server.taskQueue}-told-${queues}`;
  await server.worker({ taskQueue, onPause, webUi: 'https://temporal.example/' });
  return taskQueue;
}

describe('a webhook', () => {
  test('gets each pause, signed, with a link to the run', async () => {
    received.length = 0;
    const taskQueue = await on(webhook({ url, secret: SECRET }));
    const run = await server.start('skeleton', 'IN', undefined, { taskQueue });
    const requirement = await run.pausedAt('confirmation');
    await untilReceived(1);
    const [{ headers, body }] = received as [Received];
    expect(JSON.parse(body)).toMatchObject({
      ...{ type: 'pause', runId: run.handle.workflowId, workflowName: 'skeleton' },
      requirement: { id: requirement.id, digest: requirement.digest, kind: 'confirmation' },
      link: expect.stringMatching(
        new RegExp(
          `^https://temporal\\.example/namespaces/default/workflows/${run.handle.workflowId}/[0-9a-f-]+/history$`,
        ),
      ),
    });
    const fields = ['type', 'runId', 'workflowName', 'sessionId', 'requirement', 'link'];
    expect(Object.keys(JSON.parse(body) as object)).toEqual(fields);
    const signature = headers['holdpoint-signature'];
    expect(verifyWebhook(SECRET, signature, body)).toBe(true);
    expect(verifyWebhook(SECRET, signature, `${body} `)).toBe(false);
    expect(verifyWebhook('another secret, as long', signature, body)).toBe(false);
    for (const forged of [
      undefined,
      '',
      't=1,v1=0',
      String(signature).replace('t=', 't=0'),
      String(signature).replace(/t=\d+/, 't=1'),
      ['x'],
    ]) {
      expect(verifyWebhook(SECRET, forged, body)).toBe(false);
    }
    await run.answer('approve', requirement);
    expect((await run.result()).status).toBe('completed');
  });

  test('does not keep a stream from ending at the pause', async () => {
    const taskQueue = await on(webhook({ url, secret: SECRET }));
    const client = new HoldpointClient(server.client, { taskQueue, onWaiting: () => {} });
    const stream = client.stream('skeleton', { input: 'IN' });
    const told: string[] = [];
    for await (const { event } of stream) told.push(event);
    expect(told.at(-1)).toBe('WorkflowPaused');
    await client.cancel((await stream.run).runId, 'seen');
  });

  test('that fails is tried again, and the run goes its way', async () => {
    received.length = 0;
    status = 500;
    const taskQueue = await on(webhook({ url, secret: SECRET }));
    const run = await server.start('skeleton', 'IN', undefined, { taskQueue });
    const requirement = await run.pausedAt('confirmation');
    await untilReceived(2);
    await run.answer('approve', requirement);
    expect((await run.result()).status).toBe('completed');
    status = 204;
  });

  test('that refuses is not tried again, and the run goes its way', async () => {
    received.length = 0;
    status = 403;
    const taskQueue = await on(webhook({ url, secret: SECRET }));
    const run = await server.start('skeleton', 'IN', undefined, { taskQueue });
    const requirement = await run.pausedAt('confirmation');
    await untilReceived(1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(received).toHaveLength(1);
    await run.answer('approve', requirement);
    expect((await run.result()).status).toBe('completed');
    status = 204;
  });

  test.each([
    [{ url: 'ftp://x', secret: SECRET }, /url must be an http\(s\) address/],
    [{ url: 'nowhere', secret: SECRET }, /url must be/],
    [{ url: 'https://ann:password@x', secret: SECRET }, /^(?!.*password@).*must not have a user name/],
    [{ url: 'https://x', secret: 'short' }, /at least 16 characters/],
  ])('is refused where it cannot be: %j', (options, problem) => {
    expect(() => webhook(options)).toThrow(problem);
  });
});

test('a run without anybody to tell has no event for it', async () => {
  const run = await server.start('skeleton');
  await run.pausedAt('confirmation');
  const events = await eventsOf(run.handle);
  expect(JSON.stringify(events)).not.toContain('holdpoint-on-pause');
  expect(ofType(events, 'ActivityTaskScheduled').map(summaryOf)).not.toContain(expect.stringContaining('pause'));
});

describe('a reminder', () => {
  test('comes a set time before the deadline, where nobody has answered', async () => {
    const told: string[] = [];
    const onPause: OnPause = {
      remindBefore: '20 minutes',
      notify: ({ type, requirement }) => {
        told.push(`${type} ${requirement.id}`);
      },
    };
    const skipping = await openTimeSkipping({}, 'bundlePath', { onPause });
    try {
      const run = await skipping.start('deadline', 'IN');
      const requirement = await run.pausedAt('confirmation');
      await skipping.sleep('1 hour');
      await run.result();
      expect(told).toEqual([`pause ${requirement.id}`, `reminder ${requirement.id}`]);
    } finally {
      await skipping.close();
    }
  });

  test('of tool calls shows which of them still wait', async () => {
    const told: (readonly [string, unknown])[] = [];
    const onPause: OnPause = {
      remindBefore: '20 minutes',
      notify: ({ type, requirement: { tools } }) => {
        told.push([type, tools?.map(({ toolCallId, resolution }) => [toolCallId, resolution])]);
      },
    };
    const skipping = await openTimeSkipping({ agents }, 'agentBundlePath', { onPause });
    try {
      const pay = (n: number) => call('pay', { to: 'x', euros: n }, `c${n}`);
      const run = await skipping.start('agentTimeoutReject', play(calls(pay(1), pay(2)), 'x'));
      await run.answer('approve', await run.pausedAt('executor'), { toolCall: 'c1' });
      await run.until(({ stepRequirements: [asked] }) => asked!.tools![0]!.resolution !== undefined);
      await skipping.sleep('1 hour');
      await run.result();
      const open = (...ids: string[]) => ids.map((id) => [id, undefined]);
      expect(told).toEqual([
        ['pause', open('c1', 'c2')],
        ['reminder', [...open('c2'), ['c1', 'confirmed']]],
      ]);
    } finally {
      await skipping.close();
    }
  });
});
