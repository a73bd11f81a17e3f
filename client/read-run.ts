/**
 * What a run says of itself, read: its output, its memo, and the events that it hands over. Whoever may start a workflow
 * or run a worker in the namespace can write anything there, so what is not in our shape is not read. New fields are.
 */
import { z } from 'zod';
import { ACTIONS } from '../workflows/human/answer-rules.ts';
import { TOOL_ACTIONS } from '../workflows/human/tool-answers.ts';
import type { JournalEntry } from '../workflows/protocol/events.ts';
import type { RunMemo } from '../workflows/protocol/memo.ts';
import type { RunOutput } from '../workflows/protocol/run-output.ts';

const text = z.string();
const someText = text.optional();
/** It comes from JSON, so that it is there is all there is to check. */
const json = z.unknown().refine((value) => value !== undefined);
const moment = text.refine((value) => !Number.isNaN(Date.parse(value)));
const status = z.enum(['running', 'paused', 'completed', 'cancelled', 'failed']);
const field = z.looseObject({ name: text, description: someText, allowedValues: z.array(z.unknown()).optional() });

const tool = z.looseObject({
  ...{ toolCallId: text, toolName: text, preview: someText, member: someText, resolvedBy: someText },
  kind: z.enum(Object.keys(TOOL_ACTIONS)),
  userInputSchema: z.looseObject({}).optional(),
  resolution: z.enum(['confirmed', 'rejected']).optional(),
});

/** In full or in brief. */
const requirement = z.looseObject({
  ...{ id: text, digest: text, stepName: text, stepType: text, topLevelStep: text, createdAt: moment },
  kind: z.enum(Object.keys(ACTIONS)),
  onTimeout: z.enum(['approve', 'reject', 'cancel', 'skip']),
  ...{ message: someText, preview: someText, previousFeedback: someText, toolCallId: someText },
  ...{ timeoutAt: moment.optional(), resolvedAt: moment.optional() },
  ...{ resolution: someText, resolvedBy: someText, rejectionFeedback: someText },
  availableChoices: z.array(text).optional(),
  userInputSchema: z.union([z.array(field), z.looseObject({})]).optional(),
  tools: z.array(tool).optional(),
});

const memo = z.looseObject({
  ...{ version: z.literal(1), sequence: z.int(), status, workflowName: text, sessionId: text },
  ...{ open: z.array(requirement), openCount: z.int().nonnegative() },
  decided: z.array(z.tuple([text, text])),
});

const step: z.ZodType = z.looseObject({
  ...{ name: text, success: z.boolean(), content: json, error: someText },
  steps: z.lazy(() => z.array(step)).optional(),
});

const output = z.looseObject({
  ...{ runId: text, status, workflowName: text, sessionId: text, content: json },
  ...{ stepResults: z.array(step), stepRequirements: z.array(requirement) },
  refusedAnswers: z.looseObject({
    count: z.int().nonnegative(),
    newest: z.array(z.looseObject({ reason: text, by: someText })),
  }),
  error: z.looseObject({ message: text, path: text }).optional(),
});

/** Milliseconds from 1970 that a date can hold. */
const LATEST = 8.64e15;
const entry = z
  .tuple([z.int(), z.number().min(-LATEST).max(LATEST), text, text])
  .rest(z.record(text, z.unknown()).optional());

export function isRunOutput(value: unknown): value is RunOutput {
  return output.safeParse(value).success;
}

/** `undefined` for what is no memo of a run. */
export function readMemo(value: unknown): RunMemo | undefined {
  return memo.safeParse(value).success ? (value as RunMemo) : undefined;
}

/** The events in a journal; what is none is left out. */
export function readJournal(value: unknown): readonly JournalEntry[] {
  return Array.isArray(value) ? value.filter((each) => entry.safeParse(each).success) : [];
}
