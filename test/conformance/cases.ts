/** Reads the files of cases and observations. */
import { readFile } from 'node:fs/promises';
import type { Case, Observation } from './format.ts';

/** What the runner cannot work with; the message is for whoever called it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export async function readCases(path: string): Promise<readonly Case[]> {
  const cases = await readJson(path);
  if (!Array.isArray(cases)) throw new UsageError(`${path} must hold a list of cases.`);
  for (const [index, testCase] of cases.entries()) {
    if (typeof testCase?.id !== 'string' || typeof testCase.workflow !== 'object' || testCase.workflow === null) {
      throw new UsageError(`${path}: case ${index + 1} has no id or no workflow.`);
    }
  }
  return cases.map((testCase) => ({ ...testCase, answers: testCase.answers ?? [] }));
}

export async function readObservations(path: string): Promise<ReadonlyMap<string, Observation>> {
  const observations = await readJson(path);
  if (typeof observations !== 'object' || observations === null || Array.isArray(observations)) {
    throw new UsageError(`${path} must hold an object of observations by case id.`);
  }
  return new Map(Object.entries(observations as Record<string, Observation>));
}

/** Only those named, in the order of the file; all, where none is. */
export function selectCases(cases: readonly Case[], ids: readonly string[]): readonly Case[] {
  const unknown = ids.filter((id) => !cases.some((testCase) => testCase.id === id));
  if (unknown.length > 0) throw new UsageError(`no case has the id ${unknown.join(', ')}.`);
  return ids.length === 0 ? cases : cases.filter(({ id }) => ids.includes(id));
}

async function readJson(path: string) {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
}
