/** Short words for tests of the engine: answer the pauses one after the other, and look at what became of the run. */
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { StepOutput } from '../../workflows/define/step-output.ts';
import type { StepRequirement } from '../../workflows/protocol/requirement.ts';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import type { Call } from '../workflows/recorder.ts';
import type { TestRun } from './server.ts';

/** A signal for people and what it says beside the requirement's id and digest. */
export type Move = readonly [signal: string, more?: object];

export const approve: Move = ['approve'];
export const reject = (feedback?: string): Move => ['reject', feedback === undefined ? {} : { feedback }];
export const edit = (output: unknown): Move => ['editOutput', { output }];
export const input = (values: object): Move => ['provideInput', { values }];
export const select = (...choices: string[]): Move => ['selectRoute', { choices }];
export const retry: Move = ['retryStep'];
export const skip: Move = ['skipStep'];

/** Gives each pause of one open requirement the next answer. @returns the requirements as they were asked */
export async function answerAll(run: TestRun, ...moves: Move[]): Promise<StepRequirement[]> {
  const asked: StepRequirement[] = [];
  for (const [signal, more] of moves) {
    const [requirement] = await run.paused(1);
    asked.push(requirement!);
    await run.answer(signal, requirement!, more);
  }
  return asked;
}

export interface Driven {
  readonly output: RunOutput;
  readonly asked: readonly StepRequirement[];
  /** `[status, content, outline of the step results]` */
  readonly end: readonly [string, unknown, string];
  readonly calls: readonly Call[];
}

/** Answers every pause, and then the run must end by itself. A failed run gives the output that its failure carries. */
export async function drive(run: TestRun, ...moves: Move[]): Promise<Driven> {
  const asked = await answerAll(run, ...moves);
  const output = await ended(run);
  const end = [output.status, output.content, outline(output.stepResults)] as const;
  return { output, asked, end, calls: await callsOf(run) };
}

/** The output of the run once it has ended, completed or failed. */
async function ended(run: TestRun): Promise<RunOutput> {
  try {
    return await run.result();
  } catch (error) {
    return failureOf(error).details![0] as RunOutput;
  }
}

/** The failure that a run ended with. */
export function failureOf(error: unknown): ApplicationFailure {
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw error;
}

/** Calls of the recorded functions so far. */
export async function callsOf(run: TestRun): Promise<Call[]> {
  try {
    return await run.handle.query<Call[]>('calls');
  } catch (error) {
    // Nothing recorded has been called yet, so nobody has installed the query.
    if (error instanceof Error && error.name === 'QueryNotRegisteredError') return [];
    throw error;
  }
}

export async function calledSteps(run: TestRun): Promise<string[]> {
  return (await callsOf(run)).map(({ step }) => step);
}

/** `name:content` of each output, `!` where it is no success, `.` where it stops, children in braces. */
export function outline(outputs: readonly StepOutput[]): string {
  return outputs.map(one).join(' ');
}

function one({ name, content, success, stop, steps }: StepOutput): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return `${name}${success ? '' : '!'}${stop ? '.' : ''}:${text}${steps ? `{${outline(steps)}}` : ''}`;
}

/** What a test of refusals looks at. */
export function refusals(run: RunOutput): [code: string, signal: string, requirement?: string][] {
  return run.refusedAnswers.newest.map(({ code, signal, requirement }) =>
    requirement === undefined ? [code, signal] : [code, signal, requirement],
  );
}
