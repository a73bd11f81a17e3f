/** A folder with several versions of one workflow, which nobody else has on this server. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { Cli, type Ended } from './cli.ts';

export const REPOSITORY = join(import.meta.dirname, '../..');

export const PAY = `step({ name: 'pay', executor: () => 'paid', humanReview: { requiresConfirmation: true } })`;
export const TELL = `step({ name: 'tell', executor: () => 'told' })`;

export class Project {
  readonly taskQueue = `deploy-${randomUUID()}`;
  readonly workflow = `refund_${randomUUID().slice(0, 8)}`;
  readonly deploymentName = `shop-${randomUUID()}`;
  readonly cli = new Cli(this.taskQueue);

  /** Options of the configuration. */
  readonly #more: string;

  constructor(more = '') {
    this.#more = more;
    mkdirSync(join(this.cli.folder, 'node_modules'));
    for (const [name, target] of [
      ['holdpoint', REPOSITORY],
      ['@temporalio', join(REPOSITORY, 'node_modules/@temporalio')],
    ] as const) {
      symlinkSync(target, join(this.cli.folder, 'node_modules', name));
    }
    this.write('package.json', '{ "type": "module" }');
  }

  write(name: string, text: string): string {
    const path = join(this.cli.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** `<name>.config.ts` and its workflows. */
  version(name: string, steps: string, compatibleWith: readonly string[] = [], workflow = this.workflow): string {
    const fields = `name: '${workflow}', compatibleWith: ${JSON.stringify(compatibleWith)}, steps: [${steps}]`;
    const versioning = `versioning: { deploymentName: '${this.deploymentName}' }`;
    this.write(`${name}.config.ts`, `export default { workflows: './${name}.ts', ${versioning}, ${this.#more} };`);
    return this.write(
      `${name}.ts`,
      `import { sleep } from '@temporalio/workflow';\nimport { step, workflow } from 'holdpoint/workflow';\nexport const ${workflow} = workflow({ ${fields} });`,
    );
  }

  replay(name: string, ...more: string[]): Promise<Ended> {
    return this.cli.holdpoint('replay', '-c', `${name}.config.ts`, ...more);
  }

  /** Until lists have so many runs of this project that satisfy the filter. */
  async listed({ client }: TestServer, count: number, filter: string): Promise<void> {
    const query = `TaskQueue = '${this.taskQueue}' AND ${filter}`;
    await vi.waitUntil(async () => (await client.workflow.count(query)).count === count, { timeout: 30_000 });
  }
}
