/** Who answers the examples' questions: a person at the terminal; or nobody, with `--yes` or where there is none. */
import type { Readable } from 'node:stream';
import { confirm, isCancel, select, text } from '@clack/prompts';
import type { Decision, Json, ToolDecision } from 'holdpoint';
import { InvalidAnswer, type Requirement, type ToolRequirement } from 'holdpoint/client';
import { withKeyboard } from './keyboard.ts';

export interface Person {
  /** Recorded with every answer. */
  readonly name: string;
  /** Nobody is there to ask. */
  readonly away: boolean;
  /** Shows what is asked, and gives the requirement its answer. @throws {Stopped} */
  answer(requirement: Requirement): Promise<void>;
}

/** By tool: the answer that is given while the person is away. */
export type Answers = Readonly<Record<string, (call: ToolRequirement) => void>>;

/** The person wants to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export function personFor(answers: Answers): Person {
  const away = process.argv.includes('--yes') || !process.stdin.isTTY || !process.stdout.isTTY;
  const name = away ? 'auto' : (process.env.USER ?? 'you');
  return {
    name,
    away,
    async answer(requirement) {
      const { kind, stepName, message = `Run ${stepName}?`, executorName = stepName, tools } = requirement;
      if (kind === 'confirmation') {
        console.log(`\n? ${message}`);
        await (away ? requirement.confirm() : withKeyboard((input) => yesOrNo(requirement, input)));
        console.log(`  ${name}: ${inWords(requirement.decision)}`);
      } else if (kind !== 'executor') {
        throw new Error(`${requirement.id} is answered in the Web UI: ${message}`);
      }
      for (const call of tools.filter(({ isResolved }) => !isResolved)) {
        console.log(`\n? ${call.member ?? executorName} calls ${call.toolName}${shown(call)}`);
        const yes = (each: ToolRequirement) => each.confirm();
        await (away ? (answers[call.toolName] ?? yes)(call) : withKeyboard((input) => ASK[call.kind](call, input)));
        console.log(`  ${name}: ${inWords(call.decision)}`);
      }
    },
  };
}

/** The arguments; where no worker could be asked, the run's memo has a preview of them. */
function shown(call: ToolRequirement): string {
  const { args, preview } = call;
  const fields = typeof args === 'object' && args !== null ? Object.entries(args) : [['arguments', args ?? preview]];
  const asked = Object.keys(fieldsOf(call));
  const own = (name: string) => (asked.includes(name) ? " (the model's idea; yours counts)" : '');
  return fields.map(([name, value]) => `\n    ${name}: ${asText(value as Json)}${own(name as string)}`).join('');
}

/** The arguments that are the person's to fill. */
function fieldsOf({ userInputSchema }: ToolRequirement): Readonly<Record<string, Property>> {
  return (userInputSchema as { properties?: Readonly<Record<string, Property>> } | undefined)?.properties ?? {};
}

function inWords(answer: (Partial<Decision> & Pick<ToolDecision, 'note'>) | undefined = {}): string {
  const { action = 'nothing', feedback, note, values, result } = answer;
  const said = feedback ?? note ?? values ?? result;
  const word = action === 'confirm' ? 'yes' : action === 'reject' ? 'no' : action;
  return said === undefined ? word : `${word}, ${asText(said as Json)}`;
}

async function yesOrNo(asked: Requirement | ToolRequirement, input: Readable): Promise<void> {
  if (await answered(confirm({ message: 'Your answer?', input }))) asked.confirm();
  else asked.reject((await answered(text({ message: 'Why not?', placeholder: 'optional', input }))) || undefined);
}

const ASK: Readonly<Record<ToolRequirement['kind'], (call: ToolRequirement, input: Readable) => Promise<void>>> = {
  confirmation: yesOrNo,

  async user_input(call, input) {
    if (!(await answered(confirm({ message: 'Give it the values that it asks for?', input })))) return call.reject();
    const values: Record<string, Json> = {};
    for (const [name, property] of Object.entries(fieldsOf(call))) {
      const value = await askForField(name, property, input);
      if (value !== '') values[name] = value;
    }
    try {
      call.provideUserInput(values);
    } catch (error) {
      if (!(error instanceof InvalidAnswer)) throw error;
      console.log(`  ${error.reason}`);
      await ASK.user_input(call, input);
    }
  },

  async external_execution(call, input) {
    call.setExternalExecutionResult(await answered(text({ message: 'What came of it?', input })));
  },
};

/** As much of JSON Schema as the examples' arguments have. */
interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
}

async function askForField(
  name: string,
  { type, description, enum: choices }: Property,
  input: Readable,
): Promise<Json> {
  const message = description === undefined ? name : `${name}: ${description}`;
  if (choices)
    return answered(select<string>({ message, input, options: choices.map((value) => ({ value, label: value })) }));
  const typed = await answered(text({ message, input, defaultValue: '' }));
  return type === 'number' || type === 'integer' ? Number(typed) : typed;
}

async function answered<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const value = await prompt;
  if (isCancel(value)) throw new Stopped('Stopped. The server was in memory, and the run with it.');
  return value as Exclude<T, symbol>;
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
