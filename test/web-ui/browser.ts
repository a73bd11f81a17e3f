/** Temporal's Web UI as a person uses it: in a real browser, by what is written on the screen. Knows no test runner. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** The sandbox of the browser does not run in containers; the rest keeps it from talking to anybody but the UI. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];
const PATIENCE_MS = 20_000;
/** How long the UI moves after a change. */
const SETTLE_MS = 500;

/** A browser of the Chromium family on the PATH; playwright's own downloads are not used. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A browser with one profile, empty at first and gone when it closes: its pages share what they have loaded of the UI. */
export interface Profile {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** Headless. */
export async function openBrowser(executablePath: string): Promise<Profile> {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const context = await browser.newContext({
    viewport: { width: 1200, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  return { context, close: () => browser.close() };
}

/** The names of the signals come from a worker; without one they are typed. */
interface Situation {
  readonly workerUp?: boolean;
}

/** The page of one run. */
export class RunPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** @param codecEndpoint as set in the dialog of the UI's settings, for this browser */
  static async open({ context }: Profile, uiUrl: string, runId: string, codecEndpoint?: string): Promise<RunPage> {
    const page = await context.newPage();
    if (codecEndpoint !== undefined) {
      await page.addInitScript(
        `localStorage.endpoint = '"${codecEndpoint}"'; localStorage.overrideRemoteCodecConfiguration = 'true';`,
      );
    }
    await page.goto(`${uiUrl}/namespaces/default/workflows/${encodeURIComponent(runId)}`);
    return new RunPage(page);
  }

  /** The frame under *User Metadata* → *Current Details*. */
  async details(): Promise<Locator> {
    await this.page
      .getByRole('tab', { name: 'User Metadata' })
      .or(this.page.getByText('User Metadata'))
      .first()
      .click();
    const details = this.page.frameLocator('#user-metadata-current-details').locator('body');
    await details.getByRole('heading').first().waitFor();
    return details;
  }

  /** The JSON that the details show under a signal's name. */
  async jsonFor(signal: string): Promise<string> {
    const details = await this.details();
    return details.locator(`p:has(strong:text-is("${signal}")) + pre`).first().innerText();
  }

  /** What the tab *Memo* shows under holdpoint's key: there also with no worker up. */
  async memo(): Promise<string> {
    // As far as the screen reaches: the viewer writes only the lines that are in sight.
    await this.page.setViewportSize({ width: 1200, height: 3000 });
    await this.page.getByText('Memo', { exact: true }).first().click();
    const memo = this.page.getByRole('textbox').filter({ hasText: '"holdpoint"' }).first();
    return memo.innerText();
  }

  /** *More Actions* → *Send a Signal*: chooses the signal and pastes the JSON. */
  async fillIn(signal: string, json: string, { workerUp = true }: Situation = {}): Promise<Locator> {
    await this.page.getByRole('button', { name: 'More Actions' }).first().click();
    await this.page.getByRole('menuitem', { name: 'Send a Signal' }).filter({ visible: true }).click();
    const form = this.page.getByRole('dialog').filter({ visible: true });
    if (workerUp) {
      await form.getByTestId('signal-select-button').click();
      await form
        .getByRole('option')
        .filter({ hasText: new RegExp(`^\\s*${signal}\\b`) })
        .click();
    } else {
      await form.getByLabel('Signal name').fill(signal);
    }
    await form.getByRole('textbox', { name: 'Data' }).click();
    await this.page.keyboard.insertText(json);
    return form;
  }

  async send(signal: string, json: string, situation: Situation = {}): Promise<void> {
    const form = await this.fillIn(signal, json, situation);
    // The editor formats the JSON when it loses the focus, and the form moves with it, away under a click.
    await this.page.keyboard.press('Tab');
    await this.page.waitForTimeout(SETTLE_MS);
    await form.getByRole('button', { name: 'Submit' }).click();
    await form.waitFor({ state: 'hidden' });
  }

  /** Waits until the badge at the top says so. */
  async status(status: 'Running' | 'Completed'): Promise<void> {
    await this.page
      .getByTestId('workflow-status')
      .or(this.page.getByText(status, { exact: true }))
      .filter({ hasText: status })
      .first()
      .waitFor();
  }
}
