/** What runs of a release did, the code of now does again (H7): recorded histories replay. */
import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, inject, test } from 'vitest';
import { ofType, typeOf } from '../support/history.ts';
import { type Recorded, replayProblems } from '../support/replay.ts';
import { FOLDER } from './histories.ts';
import { SCENARIOS } from './scenarios.ts';

const recorded: Recorded[] = readdirSync(FOLDER).map((file) => ({
  workflowId: file.replace(/\.json$/, ''),
  history: historyFromJSON(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))),
}));
const named = (name: string) => recorded.find(({ workflowId }) => workflowId === name)!.history.events!;

describe('recorded histories', () => {
  test('are those of all scenarios, with and without search attributes', () => {
    const expected = Object.keys(SCENARIOS).flatMap((name) => [name, `${name}-plain`]);
    expect(recorded.map(({ workflowId }) => workflowId).sort()).toEqual(expected.sort());
  });

  test('replay with the code of now', async () => {
    expect(await replayProblems(readFileSync(inject('bundlePath'), 'utf8'), recorded)).toEqual([]);
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

  test('a history that lacks what the code does is found out', async () => {
    const [first, ...rest] = named('pauses');
    const lost = rest.filter((event) => typeOf(event) !== 'WorkflowPropertiesModified');
    const history = { events: [first!, ...lost] };
    const bundle = readFileSync(inject('bundlePath'), 'utf8');
    expect(await replayProblems(bundle, [{ workflowId: 'forged', history }])).toHaveLength(1);
    expect(ofType(named('pauses-plain'), 'WorkflowPropertiesModified').length).toBeGreaterThan(5);
  });
});
