/**
 * `holdpoint replay`: would the open runs go on under the workflows as they are here? Before a deploy, and in CI, where
 * the histories may be checked in. It needs no worker and changes nothing.
 */
import { existsSync } from 'node:fs';
import { defined } from '../../workflows/define/defined.ts';
import { CliError, EXIT, isOurs } from '../../client/cli/exit.ts';
import { nearMatches } from '../../client/cli/near.ts';
import { paint, paintAside, print, printJson } from '../../client/cli/output.ts';
import { label, oneLine } from '../../client/cli/plain.ts';
import { CLEAR_LINE } from '../../client/cli/waiting.ts';
import { loadConfig } from '../../client/config.ts';
import { configuredDataConverter } from '../../client/data-converter.ts';
import { buildIdOf } from '../build-id.ts';
import { bundleWorkflows } from '../bundle.ts';
import { isUnreadable, type Problem, REPLAY_WATCH, replayed } from '../replay.ts';
import { checkedIn, openRuns, type Unread } from '../replay-source.ts';
import { explain } from '../terminal.ts';
import { startTraces } from '../traces.ts';

export interface ReplayOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly workflow?: string;
  readonly histories?: string;
  readonly limit: number;
}

interface Broken extends Problem {
  readonly id: string;
  readonly workflowName: string;
  readonly pinnedTo?: string;
}

/** As `--json` prints it. */
interface Report {
  /** Of a bundle of its own: only where it is printed. */
  readonly buildId?: string;
  readonly replayed: number;
  readonly more: boolean;
  readonly broken: readonly Broken[];
  /** These would break, but stay with the workers of another version. */
  readonly pinned: readonly Broken[];
  readonly unread: readonly Unread[];
}

/** @throws {CliError} `holdpoint.NotChecked` where nothing could be found out */
export async function replay(options: ReplayOptions): Promise<void> {
  const { json, histories } = options;
  const found: (broken: Broken) => void = json ? () => {} : (broken) => print(brokenLine(broken));
  try {
    const report = await check(options, found);
    if (json) printJson(report);
    else print(...conclusion(report, histories === undefined ? 'open runs' : 'histories'));
    const { broken, unread } = report;
    process.exitCode = broken.length > 0 ? EXIT.error : unread.length > 0 ? EXIT.notChecked : EXIT.done;
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('notChecked', isOurs(error) ? error.message : explain(error));
  }
}

async function check(options: ReplayOptions, found: (broken: Broken) => void): Promise<Report> {
  const { workflow, histories } = options;
  const config = await loadConfig({ path: options.config });
  const { workflowsPath, telemetry, versioning } = config;
  if (!existsSync(workflowsPath)) throw new CliError('notChecked', `There are no workflows at ${workflowsPath}.`);
  const { failureConverterPath, ...dataConverter } = await configuredDataConverter(config);
  // What makes the spans is part of the worker's bundle, and so of its build id. A replay makes none.
  const plugins = telemetry?.traces ? [(await startTraces(telemetry.traces.otlp)).plugin] : [];
  // Why a run would break is to be told here: without the converter that encodes it for the server.
  const bundle = await bundleWorkflows({ workflowsPath, plugins, workflowInterceptorModules: [REPLAY_WATCH] });
  if (workflow !== undefined && !bundle.workflowTypes.includes(workflow)) {
    const near = nearMatches(workflow, bundle.workflowTypes);
    throw new CliError('notFound', `There is no workflow '${workflow}' in ${workflowsPath}.`, near);
  }
  const source = histories === undefined ? await openRuns(config, bundle, options) : checkedIn(histories, workflow);
  const all: Broken[] = [];
  let count = 0;
  try {
    for await (const { recorded, problem } of replayed(bundle, source.histories, dataConverter)) {
      count += 1;
      progress('');
      if (problem && isUnreadable(problem)) source.unread.push({ id: recorded.id, message: problem.message });
      else if (problem) {
        const { id, workflowName, pinnedTo } = recorded;
        const broken = defined({ id, workflowName, pinnedTo, ...problem });
        all.push(broken);
        found(broken);
      }
      progress(`${count} replayed …`);
    }
  } finally {
    progress('');
    await source.close();
  }
  const ofWorker = () => bundleWorkflows(defined({ workflowsPath, plugins, failureConverterPath }));
  return {
    ...(options.json ? { buildId: versioning?.buildId ?? buildIdOf(await ofWorker()) } : {}),
    replayed: count,
    more: source.more(),
    broken: all.filter(({ pinnedTo }) => pinnedTo === undefined),
    pinned: all.filter(({ pinnedTo }) => pinnedTo !== undefined),
    unread: source.unread,
  };
}

function brokenLine({ id, workflowName, pinnedTo, type, message }: Broken): string {
  const said = type === 'WorkflowTaskFailed' ? message : `${type}: ${message}`;
  const mark = pinnedTo === undefined ? paint('red', '✗') : paint('yellow', '!');
  const pinned = pinnedTo === undefined ? '' : `pinned to ${oneLine(pinnedTo)}, would break here: `;
  return `${mark} ${label(id)} ${paint('dim', oneLine(workflowName))}: ${pinned}${oneLine(said, 1500)}`;
}

function conclusion({ replayed: count, more, broken, pinned, unread }: Report, what: string): string[] {
  const mark = count === 0 ? paint('yellow', '!') : broken.length === 0 ? paint('green', '✓') : paint('red', '✗');
  const stay = pinned.length === 0 ? '' : `, ${pinned.length} must stay with the version that they are pinned to`;
  return [
    ...unread.map(({ id, message }) => `${paint('yellow', '?')} ${label(id)}: ${oneLine(message, 400)}`),
    count === 0
      ? `${mark} There are no ${what} to replay.`
      : `${mark} ${broken.length} of ${count} ${what} would break${stay}.`,
    ...(unread.length === 0 ? [] : [`${paint('yellow', '?')} ${unread.length} could not be read.`]),
    ...(more ? [paint('dim', '… there are more: --limit')] : []),
  ];
}

/** One line on a terminal, which the next one replaces. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE + paintAside('dim', text));
}
