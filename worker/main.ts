#!/usr/bin/env node
/** `holdpoint`, the command. What a command needs is loaded when it runs: most need no worker. */
import { createRequire } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import { CliError, EXIT, errorJson, exitCodeOf, isOurs, messageOf } from '../client/cli/exit.ts';
import { wholeNumber } from '../client/cli/given.ts';
import { printJsonLine } from '../client/cli/output.ts';
import { plain } from '../client/cli/plain.ts';
import { CONFIG, JSON_OUT, registerClientCommands } from '../client/cli/register.ts';
import type { CodecCommandOptions } from './commands/codec.ts';
import type { DefinitionOptions } from './commands/definition.ts';
import type { DevCommandOptions } from './commands/dev.ts';
import type { ReplayOptions } from './commands/replay.ts';
import type { WorkerCommandOptions } from './commands/worker.ts';
import { explain, terminal } from './terminal.ts';

const { version } = createRequire(import.meta.url)('holdpoint/package.json') as { version: string };
// Before the first command: commands take the settings of their program when they are made.
const program = new Command('holdpoint')
  .description('Workflows with human review, on Temporal.')
  .version(version)
  .exitOverride()
  .showSuggestionAfterError();

program
  .command('setup')
  .description('fetch the Temporal binaries')
  .action(async () => (await import('./commands/setup.ts')).setup());
program
  .command('dev')
  .description('an embedded Temporal server, and a worker that reloads on change')
  .option(...CONFIG)
  .action(async (options: DevCommandOptions) => (await import('./commands/dev.ts')).dev(options));
program
  .command('worker')
  .description('a worker against the configured server')
  .option(...CONFIG)
  .addOption(
    new Option('--health <port>', 'serve /healthz and /readyz at a port, on every interface').argParser(
      wholeNumber('--health', 1, 65_535),
    ),
  )
  .action(async (options: WorkerCommandOptions) => (await import('./commands/worker.ts')).worker(options));
registerClientCommands(program);
program
  .command('codec')
  .description('the codec endpoint, for a Web UI that reads what is encrypted')
  .option(...CONFIG)
  .option('--host <address>', 'where it listens; any but this machine needs HOLDPOINT_CODEC_TOKEN', '127.0.0.1')
  .addOption(new Option('--port <n>', '0 takes any free one').default(8081).argParser(wholeNumber('--port', 0, 65_535)))
  .action(async (options: CodecCommandOptions) => (await import('./commands/codec.ts')).codec(options));
program
  .command('definition <workflow>')
  .description('a workflow as a tree, with every gate in it; needs no server')
  .option(...CONFIG)
  .option(...JSON_OUT)
  .action(async (workflow: string, options: DefinitionOptions) =>
    (await import('./commands/definition.ts')).definition(workflow, options),
  );
program
  .command('replay')
  .description('whether the open runs would go on under the workflows as they are here; changes nothing')
  .option(...CONFIG)
  .option(...JSON_OUT)
  .option('--workflow <name>', 'only the runs of a workflow')
  .option('--histories <folder>', 'the histories in a folder, *.json, instead of the open runs; needs no server')
  .addOption(
    new Option('--limit <n>', 'the newest runs, at most so many').default(1000).argParser(wholeNumber('--limit')),
  )
  .action(async (options: ReplayOptions) => (await import('./commands/replay.ts')).replay(options));

// Who pipes into `head` has read enough; how the command went is known by then, or it went well so far.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? (process.exitCode ?? EXIT.done) : EXIT.error),
);
// What is said there, beside the work, is not the work.
process.stderr.on('error', () => {});

try {
  await program.parseAsync();
  await written();
  process.exit();
} catch (error) {
  const code = error instanceof CommanderError ? (error.exitCode === 0 ? EXIT.done : EXIT.usage) : exitCodeOf(error);
  const said = error instanceof CommanderError ? new CliError('usage', error.message.replace(/^error: /, '')) : error;
  process.exitCode = code;
  // In one line, as the events may be that were printed before.
  if (code !== EXIT.done && process.argv.includes('--json')) printJsonLine(errorJson(said));
  // Commander has said what is wrong itself.
  // More lines stand to the right: what is told of data must not pass for a line of ours.
  const told = plain(isOurs(error) ? messageOf(error) : explain(error)).replaceAll('\n', '\n  ');
  if (!(error instanceof CommanderError)) terminal.fail(told);
  await written();
  process.exit(code);
}

/** A pipe takes some hundred KB at a time, and what it has not taken when the process exits is lost. */
function written(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => resolve()));
}
