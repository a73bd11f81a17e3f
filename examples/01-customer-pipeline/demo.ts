/** Runs the pipeline on a server of its own, and lets a person – or a file, with `--answers` – answer what it asks. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  HoldpointError,
  type HoldpointClient,
  type PausedRun,
  RequirementAlreadyResolved,
  type Run,
} from 'holdpoint/client';
import { BinaryNotFoundError, DevServerError } from 'holdpoint/worker';
import { type Platform, startPlatform } from '../platform.ts';
import * as activities from './activities.ts';
import { DemoError, type Reviewer, Stopped } from './reviewers/reviewer.ts';
import { scriptedReviewer } from './reviewers/script.ts';
import { terminalReviewer } from './reviewers/terminal.ts';
import { asText, decisions } from './summary.ts';
import { customerPipeline } from './workflows.ts';

interface Arguments {
  readonly answers?: string;
  /** Where the server's data and the published files are. */
  readonly data: string;
}

async function main({ answers, data }: Arguments): Promise<void> {
  const stop = new AbortController();
  const reviewer = answers === undefined ? atTerminal(stop.signal) : await scriptedReviewer(answers);
  reviewer.say('Starting a Temporal server and a worker …');
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const options = { workflowsPath, activities, dataFile: join(data, 'temporal.db'), say: reviewer.say };
  const platform = await startPlatform(options).catch(explainShared);
  // Only from here on is there something to stop in order: a server that is left alone ends with us.
  stopAtSignals(stop);
  try {
    const run = await runPipeline(platform, reviewer, join(data, 'published'), stop.signal);
    conclude(run, reviewer);
    await reviewer.finish(run);
  } finally {
    await platform.stop();
  }
}

/** @throws {DemoError} where there is nobody to ask. */
function atTerminal(stop: AbortSignal): Reviewer {
  if (process.stdin.isTTY && process.stdout.isTTY) return terminalReviewer(stop);
  throw new DemoError(
    'The demo asks questions, and there is no terminal to ask them in. ' +
      'Answer them with a file: npm run demo -- --answers examples/01-customer-pipeline/answers.json',
  );
}

/** Runs until the end; every pause is the reviewer's. */
async function runPipeline(platform: Platform, reviewer: Reviewer, folder: string, stop: AbortSignal): Promise<Run> {
  const { client } = platform;
  const runId = (await reviewer.chooseRun(await pausedRuns(client))) ?? (await startRun(client, folder));
  reviewer.say(`Run ${runId}\n${platform.linkTo(runId)}`);
  // Work takes seconds here: a wait that is longer has gone wrong.
  const waiting = { signal: stop, timeout: '2 minutes' } as const;
  const next = () => client.wait(runId, waiting);
  let run = await complete(next);
  while (run.isPaused) {
    const [requirement] = run.activeStepRequirements;
    await reviewer.review(requirement!, () => client.getRun(runId));
    if (requirement!.isAnswered) {
      await client.continueRun(run, { by: reviewer.by, ...waiting }).catch((error: unknown) => {
        if (!(error instanceof RequirementAlreadyResolved)) throw error;
        reviewer.say(error.message);
      });
    }
    run = await complete(next);
  }
  return run;
}

/** The run with all that it shows: nobody is to decide on a preview. @throws {DemoError} */
async function complete(next: () => Promise<Run>): Promise<Run> {
  for (let looks = 0; looks < 3; looks += 1) {
    const run = await next();
    if (run.complete || !run.isPaused) return run;
  }
  throw new DemoError(
    'The worker cannot read the run: most likely the pipeline has changed since it started. It stays paused; ' +
      'put the old pipeline back to go on with it, or start a new run.',
  );
}

async function pausedRuns(client: HoldpointClient): Promise<PausedRun[]> {
  const paused: PausedRun[] = [];
  for await (const each of client.listPaused()) if (each.workflowName === 'customerPipeline') paused.push(each);
  return paused;
}

async function startRun(client: HoldpointClient, folder: string): Promise<string> {
  const runId = `customers-${randomUUID().slice(0, 8)}`;
  await client.start(customerPipeline, { runId, input: { folder } });
  return runId;
}

function conclude(run: Run, reviewer: Reviewer): void {
  reviewer.show('What was decided', decisions(run));
  const published = run.stepResults.find(({ name }) => name === 'publish')?.steps ?? [];
  const files = published.map(({ content }) => asText(content));
  if (files.length > 0) reviewer.show('Published', files);
  else reviewer.say(`The run is ${run.status}: ${asText(run.content)}`);
}

/** Aborts with {@link Stopped} at Ctrl-C and its like, wherever no prompt takes it. */
function stopAtSignals(controller: AbortController): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => controller.abort(new Stopped()));
  }
}

function explainShared(error: unknown): never {
  if (!(error instanceof DevServerError)) throw error;
  throw new DemoError(
    `${error.message}\nIs it another demo? Two at once need a folder each: npm run demo -- --data .holdpoint/demo-2`,
  );
}

function readArguments(): Arguments {
  const options = { answers: { type: 'string' }, data: { type: 'string', default: '.holdpoint/demo' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new DemoError(`${(error as Error).message}\nUsage: npm run demo -- [--answers FILE] [--data FOLDER]`);
  }
}

function report(error: unknown): void {
  if (error instanceof Stopped) {
    console.log('\nStopped. A run that was paused stays paused: npm run demo offers to resume it.');
    process.exitCode = 130;
    return;
  }
  const ours = [DemoError, HoldpointError, BinaryNotFoundError, DevServerError].some((type) => error instanceof type);
  console.error(ours ? `\n✗ ${(error as Error).message}` : error);
  process.exitCode = 1;
}

try {
  await main(readArguments());
} catch (error) {
  report(error);
}
