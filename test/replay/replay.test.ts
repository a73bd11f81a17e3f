/** What runs of a release did, the code of now does again (H7): recorded histories replay. */
import { fileURLToPath } from 'node:url';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { ofType, typeOf } from '../support/history.ts';
import { type Recorded, replayProblems } from '../support/replay.ts';
import { FOLDER } from './histories.ts';
import { SCENARIOS } from './scenarios.ts';

const recorded: Recorded[] = readdirSync(FOLDER).map((file) => ({
  workflowId: file.replace(/\.json$/, ''),
  history: historyFromJSON(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))),
}));
const named = (name: string) => recorded.find(({ workflowId }) => workflowId === name)!.history.events!;

const workflowsPath = fileURLToPath(new URL('../workflows/replay-agents/index.ts', import.meta.url));
let bundle: string;
beforeAll(async () => {
  bundle = (await bundleWorkflows({ workflowsPath })).code;
});

describe('recorded histories', () => {
  test('are those of all scenarios, with and without search attributes', () => {
    const expected = Object.keys(SCENARIOS).flatMap((name) => [name, `${name}-plain`]);
    expect(recorded.map(({ workflowId }) => workflowId).sort()).toEqual(expected.sort());
  });

  test('replay with the code of now', async () => {
    expect(await replayProblems(bundle, recorded)).toEqual([]);
  });

  test('replay where traces were turned on since', async () => {
    const traces = createRequire(import.meta.url).resolve(
      '@temporalio/interceptors-opentelemetry/lib/workflow-interceptors',
    );
    const { code } = await bundleWorkflows({ workflowsPath, workflowInterceptorModules: [traces] });
    const sinks = { exporter: { export: { fn: () => {} } } };
    expect(await replayProblems(code, recorded, { sinks })).toEqual([]);
  });

  test('cover the kinds of events that runs have', () => {
    const types = new Set(recorded.flatMap(({ history }) => history.events!.map(typeOf)));
    for (const type of [
      ...['ActivityTaskCompleted', 'ActivityTaskFailed', 'ActivityTaskCanceled', 'MarkerRecorded', 'TimerFired'],
      ...['TimerCanceled', 'UpsertWorkflowSearchAttributes', 'WorkflowPropertiesModified', 'WorkflowExecutionSignaled'],
      ...['WorkflowExecutionCompleted', 'WorkflowExecutionFailed', 'WorkflowExecutionCanceled'],
    ]) {
      expect(types).toContain(type);
    }
  });

  test('cover runs that were started with their fingerprint', () => {
    const patches = (name: string) =>
      ofType(named(name), 'MarkerRecorded').filter(
        (event) => event.markerRecordedEventAttributes!.markerName === 'core_patch',
      );
    expect([patches('known'), patches('rejections')].map(({ length }) => length)).toEqual([0, 1]);
  });

  test('cover what agents do', () => {
    const signals = ofType(named('agent'), 'WorkflowExecutionSignaled').map(
      (event) => event.workflowExecutionSignaledEventAttributes!.signalName,
    );
    expect(new Set(signals)).toEqual(new Set(['approve', 'completeTool', 'provideInput', 'retryStep', 'editOutput']));
    const activities = (name: string) =>
      ofType(named(name), 'ActivityTaskScheduled').map(
        (event) => event.activityTaskScheduledEventAttributes!.activityType!.name,
      );
    expect(activities('agent').filter((type) => type === 'clerk.generate')).toHaveLength(3);
    expect(activities('agent').filter((type) => type === 'clerk.lost')).toHaveLength(2);
    expect(activities('agent').filter((type) => type === 'clerk.book')).toHaveLength(2);
    expect(activities('team').toSorted((a, b) => a!.localeCompare(b!))).toEqual([
      ...['clerk.generate', 'clerk.generate', 'crew.generate', 'crew.generate'],
      ...['one.generate', 'one.generate', 'one.pay', 'two.generate', 'two.generate', 'two.pay'],
    ]);
  });

  test('a history that lacks what the code does is found out', async () => {
    const [first, ...rest] = named('pauses');
    const lost = rest.filter((event) => typeOf(event) !== 'WorkflowPropertiesModified');
    const history = { events: [first!, ...lost] };
    expect(await replayProblems(bundle, [{ workflowId: 'forged', history }])).toHaveLength(1);
    expect(ofType(named('pauses-plain'), 'WorkflowPropertiesModified').length).toBeGreaterThan(5);
  });
});
