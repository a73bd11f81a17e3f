/** The commands that talk to a server, as `holdpoint --help` shows them. What a command does is loaded when it runs. */
import { type Command, Option } from 'commander';
import type { AnswerOptions } from './answer.ts';
import type { CancelOptions } from './cancel.ts';
import type { DecideOptions, DecisionName } from './decide.ts';
import type { WatchOptions } from './watch.ts';
import { wholeNumber } from './given.ts';
import type { ListOptions } from './list.ts';
import type { RunCommandOptions } from './run.ts';
import type { CommonOptions } from './with-client.ts';

export const CONFIG = ['-c, --config <file>', 'the configuration; default: the nearest temporal.config.ts'] as const;
export const JSON_OUT = ['--json', 'JSON on stdout, for programs'] as const;
const BY = ['--by <name>', 'who answers, as recorded; default: the signed-in user'] as const;
const TIMEOUT = ['--timeout <duration>', "wait no longer than this, '30s'; the run goes on"] as const;
const TOOL_CALL = ['--tool-call <id or tool>', 'the tool call that is meant; may be left out where one waits'] as const;
const TEXT = '<text>, or @file';

export function registerClientCommands(program: Command): void {
  registerRuns(program);
  registerAnswers(program);
}

function registerRuns(program: Command): void {
  command(program, 'run <workflow>', 'start a run, and wait for its first pause or its end')
    .option('--input <json or text>', 'the input; @file for that of a file, @- for stdin')
    .option('--run-id <id>', 'its id; default: the name and a random part')
    .option('--session <id>', 'the session that it belongs to')
    .option('--watch', 'tell its events, across pauses, to its end')
    .option('--no-wait', 'start it, and do not wait')
    .option(...TIMEOUT)
    .action(async (workflow: string, options: RunCommandOptions) => (await import('./run.ts')).run(workflow, options));
  command(program, 'list', 'runs, newest first')
    .option('--paused', 'only those that wait for a human')
    .option('--session <id>', 'only those of a session')
    .option('--workflow <name>', 'only those of a workflow')
    .addOption(new Option('--limit <n>', 'at most so many').default(20).argParser(wholeNumber('--limit')))
    .action(async (options: ListOptions) => (await import('./list.ts')).list(options));
  command(program, 'show <run>', 'a run as it is now: what it asks, what was decided, what it gave').action(
    async (run: string, options: CommonOptions) => (await import('./show.ts')).show(run, options),
  );
  command(program, 'audit <run>', 'who was shown what, who decided what and when, what was refused and why').action(
    async (run: string, options: CommonOptions) => (await import('./audit.ts')).audit(run, options),
  );
  command(program, 'watch <run>', 'the events of a run as they happen, to its end')
    .addOption(new Option('--from <n>', 'the number of the first event').argParser(wholeNumber('--from')))
    .action(async (run: string, options: WatchOptions) => (await import('./watch.ts')).watch(run, options));
  command(program, 'cancel <run>', 'end a run')
    .option('--reason <text>', 'recorded with it')
    .option(...TIMEOUT)
    .action(async (run: string, options: CancelOptions) => (await import('./cancel.ts')).cancel(run, options));
}

function registerAnswers(program: Command): void {
  command(program, 'answer <run>', 'answer what a run asks, here in the terminal')
    .option(...BY)
    .option('--once', 'one answer only; do not wait for what comes next')
    .action(async (run: string, options: AnswerOptions) => (await import('./answer.ts')).answer(run, options));
  decision(program, 'approve', 'yes: run it, or keep the output')
    .option(...TOOL_CALL)
    .option('--values <json>', 'the values, where the step asks for both; or @file');
  decision(program, 'reject', 'no')
    .option(...TOOL_CALL)
    .option('--feedback <text>', `why; ${TEXT}`);
  decision(program, 'edit', 'keep the output, with this content instead')
    .option('--output <json>', 'the new content; or @file')
    .option('--text <text>', `the new content, a text; ${TEXT}`);
  decision(program, 'input', 'give the values that a step or a tool call asks for')
    .option(...TOOL_CALL)
    .option('--values <json>', 'one key per field; or @file');
  decision(program, 'select', 'choose one or more routes').option('--choice <name...>', 'the routes, in this order');
  decision(program, 'retry', 'run a failed step again');
  decision(program, 'skip', 'go on without a failed step')
    .option('--result <json>', 'of a tool call that may have run; or @file')
    .option('--text <text>', `the result, a text; ${TEXT}`);
  decision(program, 'complete', 'give the result of a tool call that runs elsewhere')
    .option(...TOOL_CALL)
    .option('--result <json>', 'the result; or @file')
    .option('--text <text>', `the result, a text; ${TEXT}`);
}

function command(program: Command, usage: string, description: string): Command {
  return program
    .command(usage)
    .description(description)
    .option(...CONFIG)
    .option(...JSON_OUT);
}

function decision(program: Command, name: DecisionName, description: string): Command {
  return command(program, `${name} <run> [requirement]`, description)
    .option(...BY)
    .option('--digest <digest>', 'of what was seen; refused where something else is shown by now')
    .option('--no-wait', 'only until the run has taken the answer, not for what comes next')
    .option(...TIMEOUT)
    .action(async (run: string, requirement: string | undefined, options: DecideOptions) =>
      (await import('./decide.ts')).decide(name, run, requirement, options),
    );
}
