/** A small database, the step that reads it, and an agent that may clean it up – table by table, if a person agrees. */
import { agent, type StepInput, tool } from 'holdpoint/activities';
import { z } from 'zod';
import { modelOr } from '../model.ts';

const records = new Map([
  ['customers', 200],
  ['sessions_2019', 48_000],
]);

export async function fetchData({ input }: StepInput<string>) {
  return { task: input, tables: Object.fromEntries(records) };
}

const deleteRecords = tool({
  description: 'Deletes all records of a table, for good.',
  inputSchema: z.object({ table: z.string() }),
  requiresConfirmation: true,
  execute: ({ table }, { by }) => {
    const deleted = records.get(table) ?? 0;
    records.set(table, 0);
    console.log(`  * deleted ${deleted} records of ${table}; ${by} said so`);
    return { table, deleted };
  },
});

const model = modelOr([
  { toolCalls: [{ toolName: 'deleteRecords', args: { table: 'sessions_2019' } }] },
  { toolCalls: [{ toolName: 'deleteRecords', args: { table: 'customers' } }] },
  ({ toolResults: [sessions, customers] }) => `sessions_2019: ${told(sessions)}. customers: ${told(customers)}.`,
]);

function told(result: unknown): string {
  return typeof result === 'string' ? `kept, since you said: ${result}` : 'deleted';
}

export const agents = {
  processor: agent({
    model,
    instructions:
      'Free space: delete the records of old tables, then those of the others, one call after the other. ' +
      'A call that is rejected stays rejected. Then say in one sentence per table what became of it.',
    tools: { deleteRecords },
  }),
};
