/** The questions in a terminal, one kind of pause each; the answer goes to the requirement, which checks it. */
import type { Readable } from 'node:stream';
import { confirm, isCancel, multiline, multiselect, note, select, text } from '@clack/prompts';
import { InvalidAnswer, Requirement } from 'holdpoint/client';
import type { Json, UserInputField } from 'holdpoint';
import { Stopped } from './reviewer.ts';

/** Options that every prompt shares: the signal that closes it, and a message which may change while it stands. */
export interface PromptFrame {
  readonly message: string;
  readonly signal: AbortSignal;
  /** Where its keys come from. */
  readonly input: Readable;
}

/** Makes the frame of a prompt with this message. */
export type Framing = (message: string) => PromptFrame;

type Choices<T> = { readonly value: T; readonly label: string }[];
type Question = (requirement: Requirement, frame: Framing) => Promise<void>;

/** Asks until the requirement has its answer. @throws {Stopped} when the prompt was closed, by the person or the signal. */
export const ask: Question = (requirement, frame) => QUESTIONS[requirement.kind](requirement, frame);

const QUESTIONS: Readonly<Record<Requirement['kind'], Question>> = {
  async confirmation(requirement, frame) {
    if (await answered(confirm(frame(requirement.message ?? `Run ${requirement.stepName}?`)))) requirement.confirm();
    else await reject(requirement, frame);
  },

  user_input: (requirement, frame) => askForValues(requirement, frame),

  async 'confirmation+user_input'(requirement, frame) {
    if (!(await answered(confirm(frame(requirement.message ?? `Run ${requirement.stepName}?`))))) {
      return reject(requirement, frame);
    }
    await askForValues(requirement, frame);
    requirement.confirm();
  },

  output_review: (requirement, frame) => review(requirement, frame),
  iteration_review: (requirement, frame) => review(requirement, frame),

  async route(requirement, frame) {
    const { availableChoices = [], allowMultipleSelections, message = 'Which route?' } = requirement;
    const options = availableChoices.map((value) => ({ value, label: value }));
    const none = { value: '', label: 'none of them' };
    // `Object.assign` onto the frame, since a spread would freeze its message.
    const choices = allowMultipleSelections
      ? await answered(multiselect(Object.assign(frame(message), { options, required: false })))
      : [await answered(select(Object.assign(frame(message), { options: [...options, none] })))].filter(Boolean);
    if (choices.length > 0) requirement.select(...choices);
    else if (await answered(confirm(frame('None of them?')))) await reject(requirement, frame);
    else await QUESTIONS.route(requirement, frame);
  },

  async error(requirement, frame) {
    note(requirement.message ?? 'no reason is known', `${requirement.stepName} failed`, { format: asItIs });
    const options: Choices<'retry' | 'skip' | 'reject'> = [
      { value: 'retry', label: 'Try again' },
      { value: 'skip', label: 'Go on without it' },
      { value: 'reject', label: 'Cancel the run' },
    ];
    requirement[await answered(select(Object.assign(frame('What now?'), { options })))]();
  },

  async executor(requirement) {
    throw new Error(`${requirement.id}: tool calls are not answered here; use the Web UI.`);
  },
};

async function review(requirement: Requirement, frame: Framing): Promise<void> {
  const output = requirement.output ?? null;
  note(asText(output), `${requirement.stepName}, under review`, { format: asItIs });
  const options: Choices<'approve' | 'edit' | 'reject'> = [
    { value: 'approve', label: 'Approve' },
    { value: 'edit', label: 'Edit' },
    { value: 'reject', label: noTo(requirement) },
  ];
  const choice = await answered(select(Object.assign(frame(requirement.message ?? 'Keep it?'), { options })));
  if (choice === 'approve') requirement.confirm();
  else if (choice === 'edit') await edit(requirement, output, frame);
  else await reject(requirement, frame);
}

function noTo(requirement: Requirement): string {
  if (requirement.onReject !== 'retry') return 'Reject';
  return isSentBack(requirement) ? 'Send back with feedback' : 'Cancel the run: it has been sent back often enough';
}

/** A `maxRetries` of 0 is no limit. */
function isSentBack({ onReject, retryCount, maxRetries = 0 }: Requirement): boolean {
  return onReject === 'retry' && (maxRetries === 0 || retryCount < maxRetries);
}

async function edit(requirement: Requirement, output: Json, frame: Framing): Promise<void> {
  const edited = await answered(
    multiline(Object.assign(frame('Edit it, then Tab and Enter'), { initialValue: asText(output), showSubmit: true })),
  );
  requirement.edit(typeof output === 'string' ? edited : parseAs('dict', edited));
}

async function reject(requirement: Requirement, frame: Framing): Promise<void> {
  const retried = isSentBack(requirement);
  const prompt = Object.assign(frame(retried ? 'What should be different?' : 'Why not?'), { placeholder: 'optional' });
  requirement.reject((await answered(text(prompt))) || undefined);
}

async function askForValues(requirement: Requirement, frame: Framing): Promise<void> {
  const { userInputSchema: schema = { type: 'object' }, message } = requirement;
  if (!isFieldList(schema)) {
    const validate = (value = '') => problemOf(requirement, parseAs('dict', value));
    const prompt = Object.assign(frame(`${message ?? 'Values'} (JSON)`), { validate, placeholder: '{ … }' });
    return requirement.setUserInput(parseAs('dict', await answered(text(prompt))) as Record<string, Json>);
  }
  if (message !== undefined) note(message, requirement.stepName, { format: asItIs });
  const values: Record<string, Json> = {};
  for (const field of schema) {
    const value = await askForField(requirement, field, frame);
    if (value !== undefined) values[field.name] = value;
  }
  requirement.setUserInput(values);
}

async function askForField(requirement: Requirement, field: UserInputField, frame: Framing): Promise<Json | undefined> {
  const { name, type = 'str', description, allowedValues, default: standard } = field;
  const prompt = frame(description === undefined ? name : `${description} (${name})`);
  if (allowedValues) {
    const options = allowedValues.map((value) => ({ value, label: asText(value) }));
    const initial = standard === undefined ? {} : { initialValue: standard };
    return answered(select<Json>(Object.assign(prompt, { options, ...initial })));
  }
  if (type === 'bool') return answered(confirm(Object.assign(prompt, { initialValue: standard !== false })));
  const validate = (value = '') => problemOf(only(requirement, field), { [name]: parseAs(type, value) });
  const suggestion = standard === undefined ? {} : { placeholder: asText(standard), defaultValue: asText(standard) };
  const value = parseAs(type, await answered(text(Object.assign(prompt, { validate, ...suggestion }))));
  return value === '' ? undefined : value;
}

/** The same requirement, had it this one field: so that each is checked while it is entered. */
function only(requirement: Requirement, field: UserInputField): Requirement {
  return new Requirement(Object.assign({}, requirement, { kind: 'user_input', userInputSchema: [field] } as const));
}

function problemOf(requirement: Requirement, values: Json): string | undefined {
  try {
    new Requirement(requirement).setUserInput(values as Record<string, Json>);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidAnswer) return error.reason;
    throw error;
  }
}

/** What was typed, as the type that is asked for; what does not read as that type stays text, for the check to refuse. */
function parseAs(type: NonNullable<UserInputField['type']>, typed: string): Json {
  const value = typed.trim();
  if (type === 'str' || value === '') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

async function answered<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const value = await prompt;
  if (isCancel(value)) throw new Stopped();
  return value as Exclude<T, symbol>;
}

function isFieldList(schema: NonNullable<Requirement['userInputSchema']>): schema is readonly UserInputField[] {
  return Array.isArray(schema);
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function asItIs(line: string): string {
  return line;
}
