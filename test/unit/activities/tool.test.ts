/** Definitions of tools: what is taken, and the one sentence for what is not. */
import { openai } from '@ai-sdk/openai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { type ToolDefinition, tool } from '../../../activities/tool.ts';
import { DefinitionError } from '../../../workflows/define/definition-error.ts';
import { SENTENCE } from '../../support/define.ts';

const inputSchema = z.object({ to: z.string(), euros: z.number() });
const execute = () => 'done';

/** A tool with options that its types would refuse. */
const make = (options: object): ToolDefinition =>
  tool({ description: 'Pays', inputSchema, execute, ...options } as unknown as Parameters<typeof tool>[0]);

function refusal(options: object): string {
  try {
    make(options);
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    expect((error as Error).message).toMatch(SENTENCE);
    return (error as Error).message;
  }
  throw new Error('the tool was accepted');
}

const USER_INPUT = { requiresUserInput: true, userInputFields: ['to'] };
const EXTERNAL = { externalExecution: true, execute: undefined };

describe('tool', () => {
  it('says of zod/mini that it has no JSON Schema of its own', () => {
    expect(refusal({ inputSchema: mini.object({}) })).toContain('(zod 4.2 or newer has it built in, zod/mini has not)');
  });

  it('is what it was given, and its arguments as JSON Schema', () => {
    expect(make({})).toEqual({
      kind: 'tool',
      description: 'Pays',
      inputSchema,
      jsonSchema: expect.objectContaining({
        type: 'object',
        properties: { to: { type: 'string' }, euros: { type: 'number' } },
        required: ['to', 'euros'],
      }),
      idempotent: false,
      execute,
      requiresConfirmation: false,
      userInputFields: [],
      externalExecution: false,
    });
  });

  it('asks the model for what the schema takes, not for what it gives', () => {
    const schema = z.object({ city: z.string().transform((city) => ({ city })), days: z.number().default(1) });
    expect(make({ inputSchema: schema }).jsonSchema).toMatchObject({
      properties: { city: { type: 'string' }, days: { type: 'number', default: 1 } },
      required: ['city'],
    });
  });

  const always = () => true;
  it.each([
    ['always', { requiresConfirmation: true }, { requiresConfirmation: true }],
    ['by its arguments', { requiresConfirmation: always }, { requiresConfirmation: always }],
    ['for fields', USER_INPUT, { userInputFields: ['to'] }],
    ['to run it', EXTERNAL, { externalExecution: true, execute: expect.any(Function) }],
    ['never', { requiresConfirmation: false, requiresUserInput: false, externalExecution: false }, {}],
  ])('can ask a human %s', (_, options, expected) => {
    expect(make(options)).toMatchObject(expected);
  });

  it('never runs here what runs elsewhere', () => {
    expect(make(EXTERNAL).execute).toThrow('this tool runs elsewhere');
  });

  const ONE = "tool 'Pays': a tool has one of requiresConfirmation, requiresUserInput and externalExecution.";
  it.each([
    { requiresConfirmation: true, ...USER_INPUT },
    { requiresConfirmation: () => false, ...USER_INPUT },
    { requiresConfirmation: true, ...EXTERNAL },
    { ...USER_INPUT, ...EXTERNAL },
    { requiresConfirmation: true, ...USER_INPUT, ...EXTERNAL },
  ])('refuses two gates: %o', (options) => {
    expect(refusal(options)).toBe(ONE);
  });

  it.each([
    [{ description: undefined }, 'tool: description must be a string, got undefined.'],
    [{ description: 7 }, 'tool: description must be a string, got 7.'],
    [
      { description: 'A tool whose description is longer than a path', execute: 1 },
      "tool 'A tool whose description is longer than ': execute must be",
    ],
    [
      { needsApproval: true },
      "tool 'Pays': a tool has no option 'needsApproval'; it takes description, inputSchema, execute,",
    ],
    [{ requireConfirmation: true }, "a tool has no option 'requireConfirmation'"],
    [
      { requiresConfirmation: 'yes' },
      'requiresConfirmation must be a boolean or a function of the arguments, got "yes".',
    ],
    [
      { requiresConfirmation: null },
      'requiresConfirmation must be a boolean or a function of the arguments, got null.',
    ],
    [{ requiresUserInput: 1 }, 'requiresUserInput must be a boolean, got 1.'],
    [{ externalExecution: 'true' }, 'externalExecution must be a boolean, got "true".'],
    [{ idempotent: 0 }, 'idempotent must be a boolean, got 0.'],
    [{ execute: undefined }, 'execute must be a function, got undefined.'],
    [{ execute: 'ls' }, 'execute must be a function, got "ls".'],
    [{ externalExecution: true }, 'externalExecution means that it runs elsewhere: leave out execute.'],
    [{ userInputFields: ['to'] }, 'userInputFields needs requiresUserInput: true.'],
    [{ userInputFields: ['to'], requiresConfirmation: true }, 'userInputFields needs requiresUserInput: true.'],
  ])('refuses %o', (options, sentence) => {
    expect(refusal(options)).toContain(sentence);
  });

  it.each([undefined, [], 'to', ['seat'], ['to', 'seat'], [7]])('refuses %o as userInputFields', (userInputFields) => {
    expect(refusal({ requiresUserInput: true, userInputFields })).toMatch(
      /userInputFields must be a list with some of the arguments to, euros, got .*\.$/,
    );
  });

  it.each([
    ['a date', z.object({ on: z.date() }), /inputSchema: Date cannot be represented in JSON Schema\.$/],
    ['a big integer', z.object({ id: z.bigint() }), /inputSchema: BigInt cannot be represented in JSON Schema\.$/],
    ['nothing', undefined, /inputSchema: a Standard Schema that can be written as JSON Schema is needed/],
    [
      'a JSON Schema',
      { type: 'object' },
      /inputSchema: a Standard Schema that can be written as JSON Schema is needed/,
    ],
    ['a text', z.string(), /inputSchema must be of an object, got "string"\.$/],
    ['a list', z.array(z.object({})), /inputSchema must be of an object, got "array"\.$/],
    ['anything', z.any(), /inputSchema must be of an object, got undefined\.$/],
  ])('refuses a schema of %s', (_, schema, sentence) => {
    expect(refusal({ inputSchema: schema })).toMatch(sentence);
  });

  it('refuses what the model’s provider runs, gated or not', () => {
    const search = openai.tools.webSearch({});
    for (const gate of [{}, { requiresConfirmation: true }, EXTERNAL]) {
      expect(refusal({ ...search, ...gate })).toBe(
        "tool 'Pays': its provider runs it, so no human can be asked first: give it to the agent as it is.",
      );
    }
  });
});
