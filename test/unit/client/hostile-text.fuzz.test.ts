/** What the command line prints of a run that is not to be trusted: text, in lines of ours, and never a crash. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactRun } from '../../../client/compact-run.ts';
import { auditLine } from '../../../client/cli/audit.ts';
import { equals } from '../../../client/executions.ts';
import { commandLine } from '../../../client/cli/command-line.ts';
import { quoted } from '../../../client/cli/plain.ts';
import { eventLine } from '../../../client/cli/render-event.ts';
import { answerLines, requirementLines } from '../../../client/cli/render-requirement.ts';
import { outcomeLines, runLines } from '../../../client/cli/render-run.ts';
import type { HistoryEvent } from '../../../client/history-tail.ts';
import { isRunOutput, readJournal, readMemo } from '../../../client/read-run.ts';
import { Requirement } from '../../../client/requirement.ts';
import { Run } from '../../../client/run.ts';
import { EventReader } from '../../../client/run-events.ts';
import { ACTIONS } from '../../../workflows/human/answer-rules.ts';
import type { Json, StepOutput } from '../../../workflows/define/step-output.ts';
import { MEMO_KEY, toMemo } from '../../../workflows/protocol/memo.ts';
import type { RequirementKind, StepRequirement } from '../../../workflows/protocol/requirement.ts';
import { hostileJson, hostileText, UNSEEN } from '../../support/hostile-text.ts';
import { requirementFields, runFields } from '../../support/requirement.ts';

const asked = fc
  .record({
    kind: fc.constantFrom(...(Object.keys(ACTIONS) as RequirementKind[])),
    ...{ message: hostileText, output: hostileJson, by: hostileText, stepName: hostileText },
    resolution: fc.constantFrom(undefined, 'confirmed' as const),
  })
  .map(({ kind, message, output, by, stepName, resolution }): StepRequirement => {
    const tools = [
      { toolCallId: message, toolName: by, member: by, kind: 'confirmation', args: output as Json },
    ] as const;
    return requirementFields(kind, {
      ...{ message, stepName, previousFeedback: by, output: output as Json },
      ...(kind === 'executor' ? { tools } : {}),
      ...(kind.includes('user_input')
        ? { userInputSchema: [{ name: message, description: by, default: output as Json }] }
        : {}),
      ...(resolution ? { resolution, resolvedBy: by, resolvedAt: '2026-01-01T00:00:00Z', rejectionFeedback: by } : {}),
    });
  });

const output = fc.tuple(hostileText, hostileJson).map(
  ([name, content]): StepOutput => ({
    ...{ name, type: 'Step', content: content as Json, success: false, error: name },
  }),
);

/** One value of it replaced: a field left out, or anything in its place. */
const mutated = <T>(valid: T): fc.Arbitrary<unknown> =>
  fc.tuple(fc.nat(), fc.oneof(fc.constant(undefined), hostileJson)).map(([at, instead]) => {
    const copy = JSON.parse(JSON.stringify({ root: valid })) as { root: unknown };
    const places: [Record<string, unknown>, string][] = [];
    const visit = (value: object) => {
      for (const [key, child] of Object.entries(value) as [string, unknown][]) {
        places.push([value as Record<string, unknown>, key]);
        if (typeof child === 'object' && child !== null) visit(child);
      }
    };
    visit(copy);
    const [holder, key] = places[at % places.length]!;
    holder[key] = instead;
    return JSON.parse(JSON.stringify(copy.root ?? null)) as unknown;
  });

const run = fc
  .record({
    requirements: fc.array(asked, { maxLength: 3 }),
    outputs: fc.array(output, { maxLength: 2 }),
    id: hostileText,
  })
  .map(({ requirements, outputs, id }) =>
    runFields(requirements, {
      ...{ runId: id, workflowName: id, sessionId: id, stepResults: outputs },
      refusedAnswers: { count: 1, newest: [{ code: 'invalid', reason: id, by: id, signal: id, at: id }] },
    }),
  );

describe('of a run', () => {
  test('nothing that is printed is unseen, or moves the cursor', () => {
    fc.assert(
      fc.property(run, (fields) => {
        for (const line of runLines(new Run(fields, true))) expect(line).not.toMatch(UNSEEN);
      }),
      { numRuns: 500 },
    );
  });

  test('a question has its own lines, and what stands in them from data is indented', () => {
    fc.assert(
      fc.property(asked, (fields) => {
        const requirement = new Requirement({ ...fields, id: 'node#x' });
        const [head, ...more] = requirementLines(requirement).flatMap((line) => line.split('\n'));
        expect(head).toMatch(/^node#x /);
        for (const line of more) expect(line).toMatch(/^ {2}/);
      }),
      { numRuns: 500 },
    );
  });

  test('commands to type are one line that a shell takes as words, and no id is an option', () => {
    fc.assert(
      fc.property(hostileText, asked, (runId, fields) => {
        for (const line of answerLines(runId, new Requirement(fields))) {
          expect(line).not.toMatch(/[\n\r]/);
          // What is not in quotes is harmless.
          expect(line.replaceAll(/'[^']*'|\\'/g, '')).not.toMatch(/[$`;&|<>"(){}*?!\\]/);
          if (runId.startsWith('-')) expect(line).toContain(` -- ${quoted(runId)} `);
        }
      }),
    );
    expect(commandLine('answer', ['-c=x'])).toBe('holdpoint answer -- -c=x');
  });

  test('what comes back from a worker is read, or it is none of ours', () => {
    let read = 0;
    fc.assert(
      fc.property(
        run.chain((valid) => fc.tuple(fc.constant(valid), mutated(valid))),
        ([valid, other]) => {
          expect(isRunOutput(valid)).toBe(true);
          if (!isRunOutput(other)) return;
          read += 1;
          for (const line of outcomeLines(new Run(other, true))) expect(line).not.toMatch(UNSEEN);
          runLines(new Run(other, true));
        },
      ),
      { numRuns: 500 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe('of a memo', () => {
  const memo = fc
    .tuple(fc.array(asked, { minLength: 1, maxLength: 3 }), hostileText)
    .map(([open, id]) =>
      toMemo(
        { status: 'paused', workflowName: id, sessionId: id, sequence: 1 },
        open,
        [['a', 'b']],
        [[1, 0, 'StepStarted', 'a', {}]],
      ),
    );

  test('that anybody has written, all is shown or nothing is read', () => {
    let read = 0;
    fc.assert(
      fc.property(
        memo.chain((valid) => fc.tuple(fc.constant(valid), fc.oneof(mutated(valid), hostileJson))),
        ([valid, other]) => {
          expect(readMemo(valid)).toBe(valid);
          const info = { execution: { workflowId: 'run-1' }, type: { name: 'w' } };
          const lines = runLines(compactRun(info, readMemo(other)));
          if (readMemo(other)) read += 1;
          for (const line of lines) expect(line).not.toMatch(UNSEEN);
        },
      ),
      { numRuns: 1000 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describe('of events', () => {
  const client = {
    options: {
      namespace: 'default',
      loadedDataConverter: { payloadConverter: defaultPayloadConverter, payloadCodecs: [] },
    },
  } as unknown as Client;
  const entry = fc.tuple(
    fc.oneof(fc.integer({ min: 1, max: 99 }), hostileJson),
    fc.oneof(fc.constantFrom<unknown>(0, 8.64e15, 8.65e15, Number.NaN), hostileJson),
    fc.oneof(fc.constantFrom<unknown>('StepStarted', 'ToolCallStarted', 'StepPaused', 'StepContinued'), hostileJson),
    fc.oneof(fc.constantFrom('a', 'a/b%20c', '%zz', '%85'), hostileText, hostileJson),
    fc.oneof(
      fc.dictionary(
        fc.constantFrom('event', 'path', 'requirement', 'resolution', 'iteration', 'toolName', 'by', 'content', 'time'),
        hostileJson,
      ),
      hostileJson,
    ),
  );

  test('in whatever journal, each is a line, and what is no event is left out', async () => {
    let told = 0;
    const property = fc.asyncProperty(fc.oneof(fc.array(entry, { maxLength: 5 }), hostileJson), async (journal) => {
      const memo = { version: 1, sequence: 9, status: 'paused', workflowName: 'w', sessionId: 's' };
      const value = { ...memo, open: [], openCount: 0, decided: [], journal };
      const fields = { [MEMO_KEY]: defaultPayloadConverter.toPayload(JSON.parse(JSON.stringify(value))) };
      const modified = { workflowPropertiesModifiedEventAttributes: { upsertedMemo: { fields } } };
      const result = { payloads: [defaultPayloadConverter.toPayload({ journal })] };
      const reader = new EventReader(client, 'run-1', 1);
      const events = [
        ...(await reader.read(modified as unknown as HistoryEvent)),
        ...(await reader.read({ workflowExecutionCompletedEventAttributes: { result } } as unknown as HistoryEvent)),
      ];
      told += events.length;
      for (const event of events) {
        expect(event.runId).toBe('run-1');
        expect(eventLine(event)).not.toMatch(/\n/);
        expect(eventLine(event)).not.toMatch(UNSEEN);
      }
    });
    await fc.assert(property, { numRuns: 1000 });
    expect(told).toBeGreaterThan(100);
    expect(readJournal({ length: 3 })).toEqual([]);
  });

  test('an entry of the audit is one line', () => {
    fc.assert(
      fc.property(hostileText, hostileJson, (text, given) => {
        const at = '2026-01-01T00:00:00.000Z';
        for (const entry of [
          { what: 'started', at, workflowName: text, by: text },
          { what: 'sent', at, signal: text, requirements: [text], by: text, identity: text },
          {
            what: 'decided',
            at,
            requirement: text,
            resolution: 'rejected',
            by: text,
            feedback: text,
            given: given as Json,
          },
          { what: 'refused', at, signal: text, code: 'invalid', reason: text, requirement: text, by: text },
          { what: 'ended', at, status: 'failed', error: text },
        ] as const) {
          expect(auditLine(entry)).not.toMatch(/\n/);
          expect(auditLine(entry)).not.toMatch(UNSEEN);
        }
      }),
    );
  });
});

test('a name in a query of the server stays one value, or is not put there', () => {
  fc.assert(
    fc.property(fc.oneof(hostileText, fc.string()), (name) => {
      expect(equals('WorkflowType', name) ?? 'WorkflowType = ""').toMatch(/^WorkflowType = "[^"'\\\p{Cc}]*"$/u);
    }),
  );
});
