/** A person with nothing but Temporal's Web UI: opens a paused run, reads what is asked, pastes the JSON, and it goes on. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser, openBrowser, type Profile, RunPage } from './browser.ts';
import { openStage, type Stage } from './stage.ts';

const executable = findBrowser();

describe.skipIf(executable === undefined)('in the Web UI (needs chromium)', () => {
  let stage: Stage;
  let browser: Profile;
  beforeAll(async () => {
    stage = await openStage();
    browser = await openBrowser(executable!);
  });
  // A page that stays open goes on asking the server, and drawing what it hears.
  afterEach(() => Promise.all(browser.context.pages().map((page) => page.close())));
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  it('a step is approved with the JSON that the run shows', async () => {
    const taskQueue = await stage.perform('00-smallest');
    const { runId } = await stage.client.run('refund', { input: 40, taskQueue });
    const run = await RunPage.open(browser, stage.uiUrl, runId);
    await run.status('Running');
    const details = await (await run.details()).innerText();
    for (const text of ['Waiting: confirmation', 'pay#confirmation', 'Pay it?', 'Refund EUR 40', 'then: cancel']) {
      expect(details).toContain(text);
    }
    await run.send('approve', await run.jsonFor('approve'));
    await run.status('Completed');
    const { status, content, stepRequirements } = await stage.client.wait(runId);
    expect({ status, content }).toEqual({ status: 'completed', content: { paid: 'Refund EUR 40' } });
    expect(stepRequirements[0]).toMatchObject({ resolution: 'confirmed', resolvedBy: 'you' });
  });

  it('a tool call is rejected, with a note for the model', async () => {
    const taskQueue = await stage.perform('02-weather-agent');
    const { runId } = await stage.client.run('weather', { input: 'When shall I walk?', taskQueue });
    const run = await RunPage.open(browser, stage.uiUrl, runId);
    const details = await (await run.details()).innerText();
    for (const text of ['Tool call: may it run?', 'hourlyForecast', '"hours": 24']) expect(details).toContain(text);
    const json = JSON.parse(await run.jsonFor('reject')) as object;
    await run.send('reject', JSON.stringify({ ...json, feedback: 'too dear', by: 'ann' }));
    await run.status('Completed');
    const { content, stepRequirements } = await stage.client.wait(runId);
    expect(content).toBe('It is dry now; what comes I do not know: too dear');
    expect(stepRequirements[0]?.tools[0]).toMatchObject({
      resolution: 'rejected',
      note: 'too dear',
      resolvedBy: 'ann',
    });
  });

  it('an answer to what is not shown any more changes nothing, and the run says why', async () => {
    const taskQueue = await stage.perform('00-smallest');
    const { runId } = await stage.client.run('refund', { input: 40, taskQueue });
    const run = await RunPage.open(browser, stage.uiUrl, runId);
    const json = JSON.parse(await run.jsonFor('approve')) as object;
    await run.send('approve', JSON.stringify({ ...json, digest: 'of something else' }));
    await expect
      .poll(async () => (await stage.client.getRun(runId)).refusedAnswers.newest, { timeout: 10_000 })
      .toMatchObject([{ code: 'digest_mismatch', by: 'you' }]);
    await run.status('Running');
    expect((await stage.client.getRun(runId)).isPaused).toBe(true);
  });

  it('with no worker up, the memo says what is asked, and the answer waits for a worker', async () => {
    const taskQueue = await stage.perform('00-smallest');
    const { runId } = await stage.client.run('refund', { input: 40, taskQueue });
    await stage.leave();
    const run = await RunPage.open(browser, stage.uiUrl, runId);
    const memo = await run.memo();
    expect(memo).toContain('Pay it?');
    const [, digest] = /"digest": "(\w+)"/.exec(memo) ?? [];
    expect(digest).toBeDefined();
    const answer = { requirement: 'pay#confirmation', digest, by: 'ann' };
    await run.send('approve', JSON.stringify(answer), { workerUp: false });
    await stage.perform('00-smallest', taskQueue);
    await run.status('Completed');
    const { stepRequirements } = await stage.client.wait(runId);
    expect(stepRequirements[0]).toMatchObject({ resolution: 'confirmed', resolvedBy: 'ann' });
  });
});
