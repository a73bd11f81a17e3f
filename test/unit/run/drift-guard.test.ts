/** Which definitions may go on with an execution, by what its history has (H10): the SDK's part is a set of patches here. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkflowDefinition } from '../../../workflows/define/definition.ts';
import { step } from '../../../workflows/define/step.ts';
import { fingerprintOf } from '../../../workflows/define/structure.ts';
import { defineWorkflow } from '../../../workflows/define/workflow.ts';
import { DEFINITION_MEMO_KEY } from '../../../workflows/protocol/memo.ts';
import { guardDefinition } from '../../../workflows/run/drift-guard.ts';

const { history } = vi.hoisted(() => ({
  history: { patches: new Set<string>(), isReplaying: false, memo: {} as Record<string, unknown> },
}));
vi.mock('@temporalio/workflow', () => ({
  // As the SDK: a replay knows the patches of its history, a live task takes any and records it.
  patched: (id: string) => {
    if (!history.isReplaying) history.patches.add(id);
    return history.patches.has(id);
  },
  workflowInfo: () => ({ memo: history.memo, unsafe: { isReplaying: history.isReplaying } }),
}));

function version(name: string, ...compatible: readonly WorkflowDefinition[]): WorkflowDefinition {
  const compatibleWith = compatible.map(fingerprintOf);
  const steps = [step({ name, executor: () => name })];
  return defineWorkflow({ name: 'w', steps, ...(compatible.length > 0 ? { compatibleWith } : {}) });
}
const [one, two] = [version('one'), version('two')];
const twoAfterOne = version('two', one);

const task = (isReplaying: boolean, definition: WorkflowDefinition, carried?: WorkflowDefinition) => {
  history.isReplaying = isReplaying;
  guardDefinition(definition, carried && fingerprintOf(carried));
};
const live = (...task_: [WorkflowDefinition, WorkflowDefinition?]) => task(false, ...task_);
const replay =
  (...task_: [WorkflowDefinition, WorkflowDefinition?]) =>
  () =>
    task(true, ...task_);
const CHANGED = "DefinitionChanged: workflow 'w' was changed at 'one', 'two'";

beforeEach(() => {
  history.patches.clear();
  history.memo = {};
  Object.assign(globalThis, { __TEMPORAL_ACTIVATOR__: { knownPresentPatches: history.patches } });
  return () => Reflect.deleteProperty(globalThis, '__TEMPORAL_ACTIVATOR__');
});

describe.each([
  ['in its own words', undefined],
  ['in those of a client that has the same', one],
  ['in those of a client that has another', two],
])('a run that %s began under one', (_, client) => {
  beforeEach(() => {
    if (client) history.memo = { [DEFINITION_MEMO_KEY]: fingerprintOf(client) };
    live(one);
    expect(history.patches.size).toBe(client === one ? 0 : 1);
  });

  it('goes on under it, and under one that says so', () => {
    expect(replay(one)).not.toThrow();
    expect(replay(twoAfterOne)).not.toThrow();
    // It was taken over, not taken up.
    expect(replay(two)).toThrow(CHANGED);
  });
});

describe('an execution that continues one', () => {
  it('of the same definition has it in its arguments', () => {
    live(one, one);
    expect(history.patches.size).toBe(0);
    expect(replay(one, one)).not.toThrow();
    expect(replay(two, one)).toThrow(CHANGED);
    expect(replay(twoAfterOne, one)).not.toThrow();
  });

  it('of a compatible definition is of the new one from there on', () => {
    live(twoAfterOne, one);
    expect(replay(twoAfterOne, one)).not.toThrow();
    // After a rollback: what the new one has done here is nothing that the old one knows.
    expect(replay(one, one)).toThrow("DefinitionChanged: workflow 'w' was changed at 'two', 'one'");
  });

  it('of another is refused before anything is recorded', () => {
    expect(() => live(two, one)).toThrow(CHANGED);
    expect(history.patches.size).toBe(0);
  });
});

it('what anybody writes into the memo is no fingerprint', () => {
  for (const forged of [5, null, { one: true }, '', 'one']) {
    history.patches.clear();
    history.memo = { [DEFINITION_MEMO_KEY]: forged };
    live(one);
    expect(history.patches.size).toBe(1);
    expect(replay(two)).toThrow(CHANGED);
  }
});
