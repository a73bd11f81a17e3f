#!/usr/bin/env node
/** `holdpoint`, the command. */
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { dev } from './commands/dev.ts';
import { setup } from './commands/setup.ts';
import { worker } from './commands/worker.ts';
import { explain, terminal } from './terminal.ts';

const { version } = createRequire(import.meta.url)('holdpoint/package.json') as { version: string };
const program = new Command('holdpoint').description('Workflows with human review, on Temporal.').version(version);

const CONFIG = ['-c, --config <file>', 'the configuration; default: the nearest temporal.config.ts'] as const;

program.command('setup').description('fetch the Temporal binaries').action(setup);
program
  .command('dev')
  .description('an embedded Temporal server, and a worker that reloads on change')
  .option(...CONFIG)
  .action(dev);
program
  .command('worker')
  .description('a worker against the configured server')
  .option(...CONFIG)
  .action(worker);

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  terminal.fail(explain(error));
  process.exit(1);
}
