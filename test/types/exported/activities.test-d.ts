/** One exported value of each builder of `holdpoint/activities`, with its inferred type: see test/demo/docs.test.ts. */
import { agent, type Model, type StepInput, team, tool } from 'holdpoint/activities';
import { z } from 'zod';

declare const model: Model;

export const pay = tool({ description: 'Pays', inputSchema: z.object({ euros: z.number() }), execute: () => 1 });
export const { requiresConfirmation, inputSchema, jsonSchema } = pay;
export const clerk = agent({ model, tools: { pay } });
export const { tools, settings, answerSchema } = clerk;
export const office = team({ model, members: { clerk } });
export const { members, mode } = office;
export const agents = { clerk, office };
export const outputs = (input: StepInput) => input.previousStepOutputs;
export const data = (input: StepInput) => input.additionalData;
export const output = (input: StepInput) => input.getStepOutput('one');
