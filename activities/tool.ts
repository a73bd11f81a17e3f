/** Tools: what an agent's model can call, and where a human has a word in it. */
import { DefinitionError } from '../workflows/define/definition-error.ts';
import { describe } from '../workflows/define/describe.ts';
import { checkOptions } from '../workflows/define/options.ts';
import { reasonOf } from '../workflows/define/reason.ts';
import type { Json } from '../workflows/define/step-output.ts';
import type { ToolScope } from '../workflows/protocol/agent.ts';
import { type Schema, toJsonSchema } from './schema.ts';

/** What a tool's function gets beside its arguments. */
export interface ToolContext extends ToolScope {
  /** As the model and the human know the call. */
  readonly toolCallId: string;
  /** The same for every attempt of this call, and for no other call: give it to the systems that the tool calls. */
  readonly idempotencyKey: string;
  /** Aborts when the run is cancelled, and when the worker shuts down. */
  readonly abortSignal: AbortSignal;
  /** Who let it run, as they said; left out where nobody was asked. */
  readonly by?: string;
}

interface CommonToolOptions<Input, Output> {
  /** For the model: what it does, and when to use it. */
  readonly description: string;
  /** The arguments: an object. */
  readonly inputSchema: Schema<Input, Output>;
  /**
   * What a human approved runs at most once, unless it says that it can be repeated: then it is retried as other tools
   * are, also after its worker died in the middle. Default false.
   */
  readonly idempotent?: boolean;
}

type Execute<Args> = (args: Args, context: ToolContext) => unknown;

interface Ungated {
  readonly requiresConfirmation?: never;
  readonly requiresUserInput?: never;
  readonly userInputFields?: never;
  readonly externalExecution?: never;
}

/** A tool has one gate at most. */
export type ToolOptions<Input, Output = Input> = CommonToolOptions<Input, Output> &
  (
    | (Omit<Ungated, 'requiresConfirmation'> & {
        readonly execute: Execute<Output>;
        /**
         * Ask before it runs: always, or where the predicate returns anything but `false` – a predicate that throws, or
         * returns a promise, means: ask.
         */
        readonly requiresConfirmation?: boolean | ((args: Output) => boolean);
      })
    | (Omit<Ungated, 'requiresUserInput' | 'userInputFields'> & {
        readonly execute: Execute<Output>;
        /** A human fills these arguments, whatever the model has put there. */
        readonly requiresUserInput: true;
        readonly userInputFields: readonly (keyof Input & string)[];
      })
    | (Omit<Ungated, 'externalExecution'> & {
        /** It runs elsewhere: the run waits until somebody gives its result. */
        readonly externalExecution: true;
        readonly execute?: never;
      })
  );

/** A checked tool. */
export interface ToolDefinition {
  readonly kind: 'tool';
  readonly description: string;
  readonly inputSchema: Schema;
  readonly jsonSchema: { readonly [keyword: string]: Json };
  readonly idempotent: boolean;
  // `any`: each tool has arguments of its own
  readonly execute: Execute<any>;
  readonly requiresConfirmation: boolean | ((args: any) => unknown);
  /** Empty where no human fills any. */
  readonly userInputFields: readonly string[];
  readonly externalExecution: boolean;
}

const OPTIONS = [
  ...['description', 'inputSchema', 'execute', 'idempotent'],
  ...['requiresConfirmation', 'requiresUserInput', 'userInputFields', 'externalExecution'],
];

/**
 * A tool for an agent. What it returns is any JSON, of at most 256 KB; with a codec or external storage 1.8 MB.
 * @throws {DefinitionError} in one sentence, when the module loads
 * @example
 * const refund = tool({
 *   description: 'Pays money back',
 *   inputSchema: z.object({ order: z.string(), euros: z.number() }),
 *   requiresConfirmation: ({ euros }) => euros > 100,
 *   execute: ({ order, euros }, { idempotencyKey }) => payments.refund(order, euros, { idempotencyKey }),
 * });
 */
export function tool<Input, Output = Input>(options: ToolOptions<Input, Output>): ToolDefinition {
  const given: Readonly<Record<string, unknown>> = { ...options };
  const path = typeof given.description === 'string' ? `tool '${given.description.slice(0, 40)}'` : 'tool';
  const refuse = (problem: string): never => {
    throw new DefinitionError(path, problem);
  };
  if (isProviderTool(given))
    refuse('its provider runs it, so no human can be asked first: give it to the agent as it is.');
  checkOptions('tool', options, OPTIONS, path);
  const {
    requiresConfirmation = false,
    requiresUserInput = false,
    externalExecution = false,
    idempotent = false,
  } = given;
  if (typeof given.description !== 'string')
    refuse(`description must be a string, got ${describe(given.description)}.`);
  if (typeof requiresConfirmation !== 'boolean' && typeof requiresConfirmation !== 'function') {
    refuse(
      `requiresConfirmation must be a boolean or a function of the arguments, got ${describe(requiresConfirmation)}.`,
    );
  }
  for (const [field, value] of Object.entries({ requiresUserInput, externalExecution, idempotent })) {
    if (typeof value !== 'boolean') refuse(`${field} must be a boolean, got ${describe(value)}.`);
  }
  if ([requiresConfirmation, requiresUserInput, externalExecution].filter((gate) => gate !== false).length > 1) {
    refuse('a tool has one of requiresConfirmation, requiresUserInput and externalExecution.');
  }
  if (externalExecution ? given.execute !== undefined : typeof given.execute !== 'function') {
    refuse(
      externalExecution
        ? 'externalExecution means that it runs elsewhere: leave out execute.'
        : `execute must be a function, got ${describe(given.execute)}.`,
    );
  }
  const jsonSchema = schemaOf(options.inputSchema as Schema, refuse);
  return {
    kind: 'tool',
    description: given.description as string,
    inputSchema: options.inputSchema as Schema,
    jsonSchema,
    idempotent: idempotent as boolean,
    execute: (given.execute ?? neverHere) as ToolDefinition['execute'],
    requiresConfirmation: requiresConfirmation as ToolDefinition['requiresConfirmation'],
    userInputFields: fieldsOf(requiresUserInput as boolean, given.userInputFields, jsonSchema, refuse),
    externalExecution: externalExecution as boolean,
  };
}

/** The gate that a tool has by its definition; with a predicate, that decides for each call. */
export function toolGate({ requiresConfirmation, userInputFields, externalExecution }: ToolDefinition) {
  if (externalExecution) return { kind: 'external_execution', when: 'always' } as const;
  if (userInputFields.length > 0) return { kind: 'user_input', when: 'always' } as const;
  if (requiresConfirmation === false) return undefined;
  return { kind: 'confirmation', when: requiresConfirmation === true ? 'always' : 'predicate' } as const;
}

type Refuse = (problem: string) => never;

function schemaOf(schema: Schema, refuse: Refuse): ToolDefinition['jsonSchema'] {
  let jsonSchema: ToolDefinition['jsonSchema'];
  try {
    jsonSchema = toJsonSchema(schema);
  } catch (error) {
    return refuse(`inputSchema: ${reasonOf(error)}.`);
  }
  if (jsonSchema.type !== 'object') refuse(`inputSchema must be of an object, got ${describe(jsonSchema.type)}.`);
  return jsonSchema;
}

function fieldsOf(
  requiresUserInput: boolean,
  fields: unknown,
  { properties }: ToolDefinition['jsonSchema'],
  refuse: Refuse,
): readonly string[] {
  if (!requiresUserInput) {
    if (fields !== undefined) refuse('userInputFields needs requiresUserInput: true.');
    return [];
  }
  const known = Object.keys((properties ?? {}) as object);
  const valid = Array.isArray(fields) && fields.length > 0 && fields.every((field) => known.includes(field as string));
  if (!valid) {
    refuse(`userInputFields must be a list with some of the arguments ${known.join(', ')}, got ${describe(fields)}.`);
  }
  return fields as string[];
}

/** A tool of the AI SDK that the model's provider runs itself. */
export function isProviderTool(value: unknown): boolean {
  const type = (value as { type?: unknown } | null)?.type;
  return type === 'provider' || type === 'provider-defined';
}

function neverHere(): never {
  throw new Error('this tool runs elsewhere');
}
