/**
 * A run's desk under fire: whatever any signal brings, nothing throws, what is not answered stays open, and what the run
 * shows of itself is bounded and is what a client can read (H2 to H5).
 */
import { TypedSearchAttributes } from '@temporalio/common';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { readMemo } from '../../../client/read-run.ts';
import { defined } from '../../../workflows/define/defined.ts';
import type { Json } from '../../../workflows/define/step-output.ts';
import { ACTIONS } from '../../../workflows/human/answer-rules.ts';
import { Branch, BranchStopped } from '../../../workflows/human/branch.ts';
import type { CarriedDesk } from '../../../workflows/human/carried-desk.ts';
import { Desk } from '../../../workflows/human/desk.ts';
import { drive } from '../../../workflows/human/durable.ts';
import { Place } from '../../../workflows/human/place.ts';
import { REFUSED_LIMIT } from '../../../workflows/human/requirements.ts';
import type { RequirementKind } from '../../../workflows/protocol/requirement.ts';
import { CONTINUE_RUN, PEOPLE_SIGNALS } from '../../../workflows/protocol/signals.ts';
import { hostileJson, hostileText, UNSEEN } from '../../support/hostile-text.ts';
import { requirementFields } from '../../support/requirement.ts';

const shown = { memo: undefined as unknown, details: '', historyLength: 10 };
/** The tags of what was counted, oldest first. */
const counted: object[] = [];
vi.mock('@temporalio/workflow', async (actual) => ({
  ...(await actual<object>()),
  CancellationScope: { current: () => ({}) },
  metricMeter: {
    createCounter: () => ({ add: (_: number, tags: object) => counted.push(tags) }),
    createHistogram: () => ({ record: () => {} }),
  },
  sleep: async () => {
    shown.historyLength += 1;
  },
  workflowInfo: () => ({
    ...{ historyLength: shown.historyLength, historySize: 1000, continueAsNewSuggested: false, runId: 'execution' },
    typedSearchAttributes: new TypedSearchAttributes(),
  }),
  patched: () => false,
  upsertMemo: ({ holdpoint }: { holdpoint: unknown }) => {
    shown.memo = JSON.parse(JSON.stringify(holdpoint));
  },
  setCurrentDetails: (details: string) => {
    shown.details = details;
  },
}));

const RUN = {
  ...{ workflowName: 'w', sessionId: 's', executionId: 'execution', runId: 'run' },
  ...{ searchAttributes: false, announces: false },
};

/** A desk with a question of each kind, two of them tool calls of one turn. */
function opened(text: string, output: unknown): Desk {
  const desk = new Desk(RUN, undefined);
  for (const kind of Object.keys(ACTIONS) as RequirementKind[]) {
    const {
      id: _,
      digest: __,
      createdAt: ___,
      ...request
    } = requirementFields(kind, {
      ...{ message: text, previousFeedback: text, output: output as Json },
      ...(kind === 'route' ? { availableChoices: ['a', 'b'] } : {}),
      ...(kind === 'executor'
        ? {
            tools: ['a', 'b'].map((toolCallId) => {
              return { toolCallId, toolName: 'pay', kind: 'confirmation', args: output as Json } as const;
            }),
          }
        : {}),
    });
    desk.requirements.ask(request, new Date(0), undefined);
  }
  desk.publish();
  return desk;
}

const IDS = opened('', null).requirements.open.map(({ id }) => id);
const field = fc.oneof(
  hostileJson,
  fc.constantFrom<unknown>(...IDS, 'confirm', 'a', ['a'], { a: { action: 'confirm' } }),
);
const decision = fc.dictionary(
  fc.constantFrom('requirement', 'digest', 'action', 'values', 'choices', 'tools', 'toolCall', 'output', '__proto__'),
  field,
);
const argument = fc.oneof(
  { weight: 4, arbitrary: fc.record({ requirement: fc.constantFrom(...IDS) }) as fc.Arbitrary<unknown> },
  fc.record({ requirement: fc.constantFrom(...IDS), toolCall: fc.constantFrom('a', 'b', 'c') }),
  decision,
  fc.record({ decisionId: hostileText, by: hostileText, decisions: fc.array(fc.oneof(decision, hostileJson)) }),
  fc.anything({ withBigInt: true }),
);
const signals = fc.array(fc.tuple(fc.constantFrom(CONTINUE_RUN, ...Object.keys(PEOPLE_SIGNALS)), argument), {
  maxLength: 40,
});

test('nothing throws, and what the run shows is bounded and can be read', () => {
  let answered = 0;
  fc.assert(
    fc.property(hostileText, hostileJson, signals, (text, output, sent) => {
      const desk = opened(text, output);
      for (const [signal, given] of sent) {
        const before = desk.requirements.open.length;
        desk.receive(signal, given);
        answered += before - desk.requirements.open.length;
      }
      const { all, open, refused } = desk.requirements;
      expect(all.map(({ id }) => id)).toEqual(IDS);
      expect(open).toEqual(all.filter(({ resolution }) => resolution === undefined));
      for (const { resolution, tools = [], kind } of all) {
        if (kind !== 'executor') continue;
        expect(resolution !== undefined).toBe(tools.every((tool) => tool.resolution !== undefined));
      }
      expect(refused.newest.length).toBe(Math.min(refused.count, REFUSED_LIMIT));
      desk.publish();
      expect(readMemo(shown.memo)).toMatchObject({ openCount: open.length });
      expect(JSON.stringify(shown.memo).length).toBeLessThan(150_000);
      expect(shown.details).not.toMatch(UNSEEN);
      expect(desk.status).toBe(open.length === 0 ? 'running' : 'paused');
    }),
    { numRuns: 400 },
  );
  // The property would hold of a door that is shut, too.
  expect(answered).toBeGreaterThan(100);
});

test('a refused answer counts for its step, also where its requirement has a long id', () => {
  const desk = new Desk(RUN, undefined);
  const { id: _, digest: __, createdAt: ___, ...request } = requirementFields('confirmation', {});
  const stepName = 'x'.repeat(200);
  const { id } = desk.requirements.ask({ ...request, stepName, path: stepName }, new Date(0), undefined);
  desk.receive('approve', { requirement: id, digest: 'another' });
  expect(counted.at(-1)).toEqual({ code: 'digest_mismatch', step: stepName, kind: 'confirmation' });
});

test('the next execution knows the newest decisions again, and shows those that were not yet shown', () => {
  const desk = opened('', null);
  const nobodys = (at: number) => ({
    decisionId: `d${at}`,
    decisions: [{ requirement: 'of nobody', action: 'confirm' }],
  });
  for (let at = 0; at < 1_500; at += 1) desk.receive(CONTINUE_RUN, nobodys(at));
  desk.receive(CONTINUE_RUN, { decisionId: 'yes', decisions: [{ requirement: IDS[0], action: 'confirm' }] });
  const carried = JSON.parse(JSON.stringify(desk.carried(new Place()))) as CarriedDesk;
  const next = new Desk(RUN, undefined, carried);
  next.publish();
  expect(readMemo(shown.memo)!.decided).toContainEqual([IDS[0], 'yes']);
  const { count } = next.requirements.refused;
  for (const again of [nobodys(501), nobodys(1_499)]) next.receive(CONTINUE_RUN, again);
  next.receive(CONTINUE_RUN, { decisionId: 'yes', decisions: [{ requirement: IDS[1], action: 'reject' }] });
  expect(next.requirements.refused.count).toBe(count);
  expect(next.requirements.open.map(({ id }) => id)).toContain(IDS[1]);
});

test('where a sibling has ended it nobody is asked any more, but that something may have run is on record', async () => {
  const desk = new Desk(RUN, undefined);
  const branch = new Branch();
  branch.stop('failure');
  const { id: _, digest: __, createdAt: ___, ...request } = requirementFields('error', {});
  for (const mayHaveRun of [undefined, true]) {
    const asking = { branch, place: new Place(), anew: false };
    const asked = drive(() => desk.awaitDecision(defined({ ...request, mayHaveRun }), undefined, asking));
    await expect(asked).rejects.toBeInstanceOf(BranchStopped);
  }
  expect(desk.requirements.all).toMatchObject([{ mayHaveRun: true, resolution: 'withdrawn' }]);
});

test('an activity that has waited for room does not begin where a sibling has failed meanwhile', async () => {
  const desk = new Desk(RUN, undefined);
  const branch = new Branch();
  const begun: string[] = [];
  desk.room.add(2_000_000);
  const pay = async () => begun.push('pay');
  const paying = drive(() => desk.carry({}, 1_000_000, branch, pay));
  branch.stop('failure');
  await expect(paying).rejects.toBeInstanceOf(BranchStopped);
  expect(begun).toEqual([]);
  await drive(() => desk.carry({}, 1_000_000, new Branch(), pay));
  expect(begun).toEqual(['pay']);
});
