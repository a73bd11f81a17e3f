/**
 * `npm run conformance -- CASES OBSERVED [ID…]`: runs cases of the conformance format on a real server, through the real
 * client, and compares with what agno did. Exit code 1 on any difference, 2 where the cases cannot be read.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DefinitionError } from 'holdpoint/workflow';
import { Recorder, withSoftContent } from './activities.ts';
import { type AgentSpec, buildAgent } from './agents.ts';
import { buildCase } from './build.ts';
import { readCases, readObservations, selectCases, UsageError } from './cases.ts';
import { firstDifference } from './compare.ts';
import { drive } from './drive.ts';
import { type Built, type Environment, startEnvironment } from './environment.ts';
import type { Case, Executor, Observation } from './format.ts';

const CASE_TIMEOUT_MS = 30_000;
/** How long the client has to say why it gave up waiting. */
const GRACE_MS = 5_000;
const CONCURRENCY = 8;

interface Verdict {
  readonly outcome: 'ok' | 'FAIL' | 'SKIP';
  readonly why?: string;
}

type Planned = { readonly id: string } & (
  | { readonly verdict: Verdict }
  | { readonly built: Built; readonly expected: Observation }
);

async function main([casesPath, observedPath, ...ids]: readonly string[]): Promise<number> {
  if (casesPath === undefined || observedPath === undefined) {
    throw new UsageError('usage: npm run conformance -- CASES OBSERVED [ID…]');
  }
  const cases = selectCases(await readCases(casesPath), ids);
  const observed = await readObservations(observedPath);
  const planned = cases.map((testCase, index) => ({
    id: testCase.id,
    ...plan(testCase, `case_${index}`, observed.get(testCase.id)),
  }));
  return report(judgeAll(planned));
}

/** What can be said before anything runs, or what is to be run. */
function plan(testCase: Case, workflow: string, expected: Observation | undefined) {
  if (!expected) return { verdict: { outcome: 'FAIL', why: 'there is no observation of this case' } as const };
  const executors = new Map<string, Executor>();
  const agents = new Map<string, AgentSpec>();
  try {
    buildCase(workflow, testCase, {
      executor: (activity, executor) => executors.set(activity, withSoftContent(executor, expected)),
      agent: (name, spec) => agents.set(name, spec),
    });
    for (const executor of executors.values()) new Recorder().activity(executor);
    for (const spec of agents.values()) buildAgent(spec, () => {});
  } catch (error) {
    return { verdict: error instanceof DefinitionError ? refusal(error, expected) : failure(error) };
  }
  return { built: { testCase, workflow, executors, agents }, expected };
}

/** The verdict on a definition that is refused, when it is made or when the worker starts. */
function refusal({ message }: DefinitionError, { construction_error }: Observation): Verdict {
  return construction_error === undefined
    ? { outcome: 'FAIL', why: `a definition error that agno does not raise: ${message}` }
    : { outcome: 'ok' };
}

function failure(error: unknown): Verdict {
  return { outcome: 'FAIL', why: messageOf(error) };
}

/** The verdicts in the order of the cases, each as soon as it is known. */
async function* judgeAll(planned: readonly Planned[]): AsyncIterable<readonly [string, Verdict]> {
  const built = planned.flatMap((each) => ('built' in each ? [each.built] : []));
  const environment = built.length === 0 ? undefined : await startEnvironment(built).catch(nowhere);
  try {
    const enter = gate(CONCURRENCY);
    const verdicts = planned.map((each) =>
      'verdict' in each ? Promise.resolve(each.verdict) : enter(() => judge(environment!, each.built, each.expected)),
    );
    for (const [index, { id }] of planned.entries()) yield [id, await verdicts[index]!];
  } finally {
    if (environment && 'stop' in environment) await environment.stop();
  }
}

/** Where nothing can run, that is the verdict on each case that was to: those of the others are still told. */
function nowhere(error: unknown): Verdict {
  console.error(error);
  return failure(error);
}

async function judge(environment: Environment | Verdict, built: Built, expected: Observation): Promise<Verdict> {
  if ('outcome' in environment) return environment;
  const { workflow, testCase, agents } = built;
  const refused = environment.refused.get(workflow);
  if (refused) return refusal(refused, expected);
  const { construction_error } = expected;
  if (construction_error !== undefined) {
    return { outcome: 'FAIL', why: `no definition error; agno raises ${construction_error}` };
  }
  const labels = labelsOf(agents);
  const run = drive({ ...environment, labels, deadline: Date.now() + CASE_TIMEOUT_MS }, workflow, testCase);
  try {
    const actual = await Promise.race([run, sleep(CASE_TIMEOUT_MS + GRACE_MS, undefined, { ref: false })]);
    if (!actual)
      return { outcome: 'FAIL', why: `the client did not return within ${(CASE_TIMEOUT_MS + GRACE_MS) / 1000} s` };
    const difference = firstDifference(testCase, expected, actual);
    return difference === undefined ? { outcome: 'ok' } : { outcome: 'FAIL', why: difference };
  } catch (error) {
    return failure(error);
  }
}

/** What a case calls the agents that its requirements name. */
function labelsOf(agents: ReadonlyMap<string, AgentSpec>): ReadonlyMap<string, string> {
  return new Map([...agents].flatMap(([name, { label, members }]) => [[name, label] as const, ...labelsOf(members)]));
}

/** Lets so many through at a time. */
function gate(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    while (inside >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    inside += 1;
    try {
      return await work();
    } finally {
      inside -= 1;
      waiting.shift()?.();
    }
  };
}

async function report(verdicts: AsyncIterable<readonly [string, Verdict]>): Promise<number> {
  const counts = { ok: 0, FAIL: 0, SKIP: 0 };
  for await (const [id, { outcome, why }] of verdicts) {
    counts[outcome] += 1;
    console.log(`${outcome} ${id}${why === undefined ? '' : `: ${why}`}`);
  }
  console.log(`${counts.ok} passed, ${counts.FAIL} failed, ${counts.SKIP} skipped`);
  return counts.FAIL === 0 ? 0 : 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.split('\n')[0]! : String(error);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 2;
}
