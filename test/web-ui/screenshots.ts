/**
 * The pictures of docs/web-ui.md, taken of a real run in a real browser: `npm run screenshots`. Tests never write them.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { findBrowser, openBrowser, RunPage } from './browser.ts';
import { openStage } from './stage.ts';

/** Pixels of the UI around a run's page. */
const [MENU, HEADER, MARGIN] = [256, 48, 24];
const IMAGES = join(import.meta.dirname, '../../docs/images');
const executable = findBrowser();
if (executable === undefined) throw new Error('No chromium on the PATH; on Debian: apt-get install chromium.');

const stage = await openStage();
const browser = await openBrowser(executable);
try {
  await mkdir(IMAGES, { recursive: true });
  const { client, uiUrl } = stage;

  const refunds = await stage.perform('00-smallest', 'holdpoint');
  await client.run('refund', { input: 40, taskQueue: refunds, runId: 'refund-1' });
  const refund = await RunPage.open(browser, uiUrl, 'refund-1');
  const approve = await refund.jsonFor('approve');
  await shoot(refund, 'details', 1400);
  const form = await refund.fillIn('approve', approve);
  await form.getByRole('button', { name: 'Submit' }).focus();
  await refund.page.waitForTimeout(500);
  await form.screenshot({ path: join(IMAGES, 'signal.png') });
  await refund.page.close();

  const walks = await stage.perform('02-weather-agent', 'weather');
  const input = 'I am in Lisbon. When shall I walk tomorrow?';
  await client.run('weather', { input, taskQueue: walks, runId: 'weather-1' });
  const weather = await RunPage.open(browser, uiUrl, 'weather-1');
  const yes = await weather.jsonFor('approve');
  await shoot(weather, 'tool-call', 1300, weather.page.getByText('Current Details'));
  await weather.send('approve', yes);
  await weather.status('Completed');
  await weather.page.getByText('Timeline', { exact: true }).first().click();
  await weather.page.waitForTimeout(1_000);
  await shoot(weather, 'timeline', 1500, weather.page.getByRole('heading', { name: 'Timeline' }));
} finally {
  await browser.close();
  await stage.close();
}
// The worker's runtime would keep the process alive.
process.exit();

/** The page beside its menu; from `top` on, where that is given. */
async function shoot({ page }: RunPage, name: string, height: number, top?: Locator): Promise<void> {
  const { width } = page.viewportSize()!;
  await page.setViewportSize({ width, height });
  await page.waitForTimeout(500);
  const y = Math.max(HEADER, ((await top?.first().boundingBox())?.y ?? 0) - MARGIN);
  const clip = { x: MENU, y, width: width - MENU, height: height - y };
  await page.screenshot({ path: join(IMAGES, `${name}.png`), clip });
}
