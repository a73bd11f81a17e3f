/** An encrypted run in Temporal's Web UI: read and answered through the codec endpoint. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEncryptionCodec, encryptedDataConverter } from '../../client/encryption.ts';
import { codecEndpoint } from '../../worker/codec-endpoint.ts';
import { findBrowser, openBrowser, type Profile, RunPage } from './browser.ts';
import { openStage, type Stage } from './stage.ts';

const executable = findBrowser();

describe.skipIf(executable === undefined)('in the Web UI (needs chromium)', () => {
  const encryption = { keys: [{ id: 'test', key: randomBytes(32).toString('base64') }] };
  let stage: Stage;
  let browser: Profile;
  let server: ReturnType<typeof createAdaptorServer>;
  let endpoint: string;
  beforeAll(async () => {
    stage = await openStage(await encryptedDataConverter(encryption));
    browser = await openBrowser(executable!);
    const codec = await createEncryptionCodec(encryption);
    server = createAdaptorServer(codecEndpoint({ codec, origins: [stage.uiUrl], namespace: 'default' }));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server?.close();
    await browser?.close();
    await stage?.close();
  });

  it('an encrypted run is read and answered through the codec endpoint', async () => {
    const taskQueue = await stage.perform('00-smallest');
    const { runId } = await stage.client.run('refund', { input: 40, taskQueue });
    const run = await RunPage.open(browser, stage.uiUrl, runId, endpoint);
    expect(await (await run.details()).innerText()).toContain('Pay it?');
    await run.send('approve', await run.jsonFor('approve'));
    await run.status('Completed');
    expect(await stage.client.wait(runId)).toMatchObject({ content: { paid: 'Refund EUR 40' } });
    const { events } = await stage.client.temporal.workflow.getHandle(runId).fetchHistory();
    const signaled = events?.find((event) => event.workflowExecutionSignaledEventAttributes);
    const { metadata } = signaled!.workflowExecutionSignaledEventAttributes!.input!.payloads![0]!;
    expect(Buffer.from(metadata!.encoding!).toString()).toBe('binary/encrypted');
  });
});
