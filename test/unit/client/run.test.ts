import { describe, expect, test } from 'vitest';
import { checkAnswer, checkDecisions, decisionsOf } from '../../../client/answers.ts';
import { compactRun } from '../../../client/compact-run.ts';
import {
  InvalidAnswer,
  RequirementAlreadyResolved,
  RunNotPaused,
  SearchAttributesMissing,
  UnresolvedRequirements,
} from '../../../client/errors.ts';
import { isAccepted } from '../../../client/fate.ts';
import { Run } from '../../../client/run.ts';
import { toMemo } from '../../../workflows/protocol/memo.ts';
import type { RequirementKind, StepRequirement } from '../../../workflows/protocol/requirement.ts';
import { requirementFields, runFields } from '../../support/requirement.ts';

const KINDS: readonly RequirementKind[] = [
  'confirmation',
  'user_input',
  'confirmation+user_input',
  'output_review',
  'iteration_review',
  'route',
  'executor',
  'error',
];
const open = (id: string, more: Partial<StepRequirement> = {}) => requirementFields('confirmation', { id, ...more });
const resolved = (id: string, more: Partial<StepRequirement> = {}) =>
  open(id, { resolution: 'confirmed', resolvedBy: 'ann', resolvedAt: '2026-01-01T00:00:01.000Z', ...more });
const runOf = (...requirements: StepRequirement[]) => new Run(runFields(requirements), true);

describe('a run', () => {
  test('is read whatever its data are named, and keeps its methods', () => {
    const odd = { ...open('a#confirmation'), isResolved: true, confirm: 'no', tools: [] };
    const run = new Run({ ...runFields([odd]), isPaused: 'no', toString: 'no', more: 1 } as never, true);
    expect([run.isPaused, String(run), run.activeStepRequirements.length]).toEqual([true, '[object Object]', 1]);
    run.activeStepRequirements[0]!.confirm();
    expect(run).toMatchObject({ more: 1 });
  });

  test('sorts its open requirements by what they ask for', () => {
    const run = runOf(...KINDS.map((kind) => requirementFields(kind)), resolved('old'));
    const kinds = (list: readonly { kind: string }[]) => list.map(({ kind }) => kind);
    expect(kinds(run.activeStepRequirements)).toEqual(KINDS);
    expect(kinds(run.stepsRequiringConfirmation)).toEqual(['confirmation', 'confirmation+user_input']);
    expect(kinds(run.stepsRequiringUserInput)).toEqual(['user_input', 'confirmation+user_input']);
    expect(kinds(run.stepsRequiringOutputReview)).toEqual(['output_review', 'iteration_review']);
    expect(kinds(run.stepsRequiringRoute)).toEqual(['route']);
    expect(kinds(run.stepsRequiringExecutorResolution)).toEqual(['executor']);
    expect(kinds(run.stepsWithErrors)).toEqual(['error']);
  });

  test('says who asks and where, of the oldest open requirement', () => {
    const run = runOf(resolved('x'), open('y', { topLevelStep: 'top', pauseKind: 'executor' }), open('z'));
    expect(run).toMatchObject({ isPaused: true, pauseKind: 'executor', pausedStepName: 'top' });
    const done = new Run(runFields([resolved('x')], { status: 'completed' }), true);
    expect([done.isPaused, done.pauseKind, done.pausedStepName]).toEqual([false, undefined, undefined]);
  });

  test('is plain JSON', () => {
    const fields = runFields([open('x')]);
    expect(JSON.parse(JSON.stringify(new Run(fields, true)))).toEqual({ ...fields, complete: true });
  });
});

describe('a run read from its memo', () => {
  const memo = toMemo(
    { status: 'paused', workflowName: 'w', sessionId: 's', sequence: 0 },
    [open('a/b#confirmation')],
    [],
  );
  const info = { execution: { workflowId: 'id' }, type: { name: 'w' } };

  test('has what the memo has, and says that it is not complete', () => {
    const run = compactRun(info, memo);
    expect(run).toMatchObject({ runId: 'id', sessionId: 's', status: 'paused', complete: false, content: null });
    expect(run.activeStepRequirements[0]).toMatchObject({ path: 'a/b', pauseKind: 'step', requiresConfirmation: true });
    expect(run.activeStepRequirements[0]!.onReject).toBeUndefined();
  });

  test('asks for nothing when it ended, and runs when it has no memo yet', () => {
    expect(compactRun(info, memo, { status: 'failed' })).toMatchObject({ status: 'failed', stepRequirements: [] });
    expect(compactRun(info, undefined)).toMatchObject({ status: 'running', sessionId: 'id', workflowName: 'w' });
  });
});

describe('the decisions of continueRun', () => {
  test('are those of the requirements, and at least one', () => {
    const run = runOf(open('x'), open('y'));
    expect(() => decisionsOf(run)).toThrow(UnresolvedRequirements);
    expect(() => decisionsOf(run)).toThrow(/x, y/);
    run.stepRequirements[1]!.reject('no');
    expect(decisionsOf(run)).toMatchObject([{ requirement: 'y', action: 'reject', feedback: 'no' }]);
    expect(() => decisionsOf(runOf(resolved('x')))).toThrow(RunNotPaused);
  });

  test('given by hand get the digest of what is shown', () => {
    const run = runOf(open('x'), resolved('old'));
    const confirm = (requirement: string, more: object = {}) => ({ requirement, action: 'confirm' as const, ...more });
    expect(checkDecisions(run, [confirm('x')])).toEqual([confirm('x', { digest: '0123456789abcdef0123' })]);
    expect(() => checkDecisions(run, [confirm('x'), confirm('x')])).toThrow(/decided twice/);
    expect(() => checkDecisions(run, [confirm('old')])).toThrow(RequirementAlreadyResolved);
    expect(() => checkDecisions(run, [confirm('x', { digest: 'other' })])).toThrow(InvalidAnswer);
    expect(() => checkDecisions(run, [confirm('x', { values: {} })])).toThrow(/asks for no values/);
    expect(() => checkDecisions(run, undefined as never)).toThrow(TypeError);
    expect(() => checkDecisions(run, [null as never])).toThrow(TypeError);
  });

  test('are refused where they are too large together', () => {
    const edit = (requirement: string, size: number) => ({
      requirement,
      action: 'edit' as const,
      output: 'x'.repeat(size),
    });
    expect(() => checkAnswer([edit('a', 100_000), edit('b', 200_000)])).toThrow(/'b'.*together/);
    checkAnswer([edit('a', 100_000), edit('b', 100_000)]);
  });

  test('are not sent where the run would not read them', () => {
    const edit = (output: unknown) => ({ requirement: 'x', action: 'edit' as const, output });
    expect(() => checkAnswer([edit(JSON.parse('['.repeat(200) + ']'.repeat(200)))])).toThrow(
      /nests at most 100 levels/,
    );
    expect(() => checkAnswer([edit(1)], ' Timeout ')).toThrow(/'timeout' is reserved/);
    expect(() => checkAnswer(Array.from({ length: 1001 }, () => edit(1)))).toThrow(/at most 1000 decisions/);
  });
});

describe('the fate of an answer', () => {
  const answer = { decisionId: 'mine', requirements: ['x', 'y'] };

  test('accepted', () => {
    const run = runOf(resolved('x', { decisionId: 'mine' }), resolved('y', { decisionId: 'mine' }));
    expect(isAccepted(run, answer)).toBe(true);
  });

  test('not known while something of the worker may keep it back, unless it is told', () => {
    const now = (...requirements: Parameters<typeof runFields>[0]) =>
      new Run(runFields(requirements, { handling: true }), true);
    expect(isAccepted(now(open('x'), open('y')), answer)).toBe(false);
    expect(() => isAccepted(now(resolved('x'), resolved('y')), answer)).toThrow(RequirementAlreadyResolved);
  });

  test('refused: the first is the error, the others are listed', () => {
    const refusal = (requirement: string, code: 'invalid' | 'already_resolved', reason: string) =>
      ({ requirement, code, reason, decisionId: 'mine', signal: 'continueRun', at: '' }) as const;
    const newest = [refusal('x', 'already_resolved', 'already confirmed'), refusal('y', 'invalid', 'bad value')];
    const run = new Run(runFields([resolved('x'), open('y')], { refusedAnswers: { count: 2, newest } }), true);
    expect(() => isAccepted(run, answer)).toThrow(RequirementAlreadyResolved);
    expect(() => isAccepted(run, answer)).toThrow(
      /'x' is already confirmed by ann at 2026.*Refused too: 'y' \(bad value\)/,
    );
    expect(() => isAccepted(run, { ...answer, requirements: ['y'] })).toThrow(/'y': bad value/);
  });

  test('is told by the requirement where the record is gone', () => {
    expect(() => isAccepted(runOf(resolved('x'), open('y')), answer)).toThrow(RequirementAlreadyResolved);
    expect(() => isAccepted(runOf(open('x')), { ...answer, requirements: ['x'] })).toThrow(/did not take/);
    expect(() => isAccepted(runOf(), answer)).toThrow(/no requirement with this id/);
    const ended = new Run(runFields([open('x')], { status: 'cancelled' }), true);
    expect(() => isAccepted(ended, answer)).toThrow(RunNotPaused);
  });
});

test('the error about search attributes has the command', () => {
  expect(new SearchAttributesMissing('ns').message).toContain(
    'temporal operator search-attribute create --namespace ns --name HoldpointStatus --type Keyword --name HoldpointStep --type KeywordList --name HoldpointSession --type Keyword --name HoldpointDue --type Datetime',
  );
});
