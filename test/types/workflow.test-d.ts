/** The input of a workflow as a type: `tsc -b` compiles this file, and an `@ts-expect-error` without an error is one. */
import { z } from 'zod';
import type { HoldpointClient } from '../../client/index.ts';
import { type HoldpointWorkflow, step, type StepResult, workflow } from '../../workflows/index.ts';
import type { InputSchema } from '../../workflows/define/definition.ts';
import type { TestEnv } from '../kit/index.ts';

declare const client: HoldpointClient;
declare const env: TestEnv;
const common = { name: 'w', steps: [step({ name: 's', executor: () => 1 })] };

// From a Standard Schema: what it takes, not what it makes of it.
const schema = z.object({ euros: z.number(), note: z.string().default('') });
const typed = workflow({ ...common, inputSchema: schema });
void client.run(typed, { input: { euros: 1 } });
void client.start(typed, { input: { euros: 1, note: 'tip' } });
void env.run(typed, { euros: 1 });
// @ts-expect-error no number
void client.run(typed, { input: { euros: 'x' } });
// @ts-expect-error a field is missing
client.stream(typed, { input: {} });
// @ts-expect-error no number
void env.run(typed, { euros: 'x' });
const counted = workflow({ ...common, inputSchema: z.string().transform((text) => text.length) });
void client.run(counted, { input: 'text' });
// @ts-expect-error what the schema makes of it
void client.run(counted, { input: 4 });

// A type argument wins.
void client.run(workflow<number>(common), { input: 1 });
void client.run(workflow<{ euros: number }>({ ...common, inputSchema: schema }), { input: { euros: 1 } });
void client.run(workflow<string>({ ...common, inputSchema: schema }), { input: 'text' });
// @ts-expect-error no string
void client.run(workflow<string>({ ...common, inputSchema: schema }), { input: { euros: 1 } });

// Neither a JSON Schema, nor none, nor one that may be either says a type.
const json = workflow({ ...common, inputSchema: { type: 'object', properties: { euros: { type: 'number' } } } });
void client.run(json, { input: { euros: 'x' } });
void client.run(workflow(common), { input: 1 });
declare const some: InputSchema;
void client.run(workflow({ ...common, inputSchema: some }), { input: 1 });
// @ts-expect-error no schema
workflow({ ...common, inputSchema: 1 });
// @ts-expect-error no option
workflow({ ...common, inputSchma: schema });

// Where none is needed, none is given.
void client.run(workflow<void>(common), {});
void client.start(workflow<undefined>(common), { runId: 'w-1' });
client.stream(workflow<string | undefined>(common), { sessionId: 's' });
void client.run(workflow<void>(common), { input: undefined, timeout: '30s' });
// @ts-expect-error it takes none
void client.run(workflow<void>(common), { input: 1 });
// @ts-expect-error it takes one
void client.run(workflow<number>(common), {});
// @ts-expect-error it may take one
void client.run(workflow(common), {});
// @ts-expect-error no name says that there is none
void client.start('w', {});
export const started = <W extends typeof typed>(one: W, input: Parameters<W>[0]) => client.start(one, { input });

// What a function returns to say more than its content.
export const stopped = (): StepResult => ({ content: 'no', stop: true });
// @ts-expect-error with a field more it would be content, and stop nothing
export const named = (): StepResult => ({ content: 'no', stop: true, stepName: 'gate' });

// Workflows of any input are gathered under one type.
const all: Readonly<Record<string, HoldpointWorkflow>> = { typed, counted };
void client.run(all.typed!, { input: { euros: 1 } });
