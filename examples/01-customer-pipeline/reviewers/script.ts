/** A reviewer made of a file: one entry per pause, each an action or a list of actions on that pause. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InvalidAnswer, type Requirement } from 'holdpoint/client';
import { z } from 'zod';
import { DemoError, type Reviewer } from './reviewer.ts';

const choices = z.array(z.string());
const action = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['confirm', 'retry', 'skip', 'none']) }),
  z.strictObject({ do: z.literal('reject'), feedback: z.string().nullish() }),
  z.strictObject({ do: z.literal('edit'), value: z.json('expected any JSON') }),
  z.strictObject({ do: z.literal('input'), values: z.record(z.string(), z.json()) }),
  z.strictObject({ do: z.enum(['select', 'select_single', 'select_multiple']), choices }),
]);
const entry = z.union([action, z.array(action).min(1)]);

type Action = z.infer<typeof action>;

/** @throws {DemoError} that names the entry which is none. */
export async function scriptedReviewer(file: string): Promise<Reviewer> {
  const name = basename(file);
  const entries = await readEntries(file);
  let used = 0;
  return {
    by: name,
    say: (line) => console.log(line),
    show: (title, lines) => console.log([title, ...lines.map((line) => `  ${line}`)].join('\n')),
    chooseRun: async () => undefined,
    async review(requirement) {
      const actions = entries[used];
      const question = `${requirement.message ?? requirement.kind} (${requirement.id})`;
      if (!actions) {
        throw new DemoError(`${name} has ${used} entries, and no answer to: ${question}. The run stays paused.`);
      }
      used += 1;
      for (const each of actions) perform(requirement, each, `${name}: entry ${used} does not fit ${requirement.id}`);
      console.log(`? ${question}\n  ${actions.map((each) => JSON.stringify(each)).join(', ')}`);
    },
    async finish({ status }) {
      const left = entries.length - used;
      if (left === 0) return;
      const which = left === 1 ? 'entry is' : 'entries are';
      throw new DemoError(`${name}: the run is ${status}, and ${left} ${which} left over, from entry ${used + 1} on.`);
    },
  };
}

function perform(requirement: Requirement, each: Action, problem: string): void {
  try {
    answer(requirement, each);
  } catch (error) {
    if (error instanceof InvalidAnswer) throw new DemoError(`${problem}: ${error.reason}.`, { cause: error });
    throw error;
  }
}

function answer(requirement: Requirement, each: Action): void {
  switch (each.do) {
    case 'confirm':
    case 'retry':
    case 'skip':
      return requirement[each.do]();
    case 'reject':
      return requirement.reject(each.feedback ?? undefined);
    case 'edit':
      return requirement.edit(each.value);
    case 'input':
      return requirement.setUserInput(each.values);
    case 'select':
    case 'select_single':
    case 'select_multiple':
      return requirement.select(...each.choices);
    case 'none':
      return undefined;
  }
}

async function readEntries(file: string): Promise<readonly Action[][]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new DemoError(
      `The answers ${file} cannot be read: ${error.code === 'ENOENT' ? 'no such file' : error.message}.`,
    );
  });
  const entries = parseJson(text, file);
  if (!Array.isArray(entries)) throw new DemoError(`${file}: expected a list of answers, [{ "do": "confirm" }, …].`);
  return entries.map((given, index) => {
    const { data, error } = entry.safeParse(given);
    if (error) throw new DemoError(`${file}: entry ${index + 1} is no answer: ${explain(given)}.`);
    return [data].flat();
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DemoError(`${file} is not JSON: ${(error as Error).message}.`);
  }
}

/** What is wrong with the first action of an entry that is. */
function explain(given: unknown): string {
  const actions: unknown[] = [given].flat();
  if (actions.length === 0) return 'the list is empty';
  const wrong = actions.find((each) => !action.safeParse(each).success);
  const issue = action.safeParse(wrong).error!.issues[0]!;
  const problem = issue.path[0] === 'do' ? `do must be one of ${NAMES}` : [...issue.path, issue.message].join(': ');
  return `${problem}, got ${JSON.stringify(wrong)}`;
}

const NAMES = 'confirm, reject, edit, input, select, select_single, select_multiple, retry, skip, none';
