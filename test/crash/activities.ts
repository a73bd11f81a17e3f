/** Activities with side effects that outlive their worker: lines in a file outside. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { Context } from '@temporalio/activity';

const file = () => process.env.EFFECTS_FILE ?? '';

export function note(what: string): void {
  appendFileSync(file(), `${Context.current().info.workflowExecution?.workflowId} ${what}\n`);
}

/** Notes that it started; the first time in a run it waits for ever, for its worker to be killed. */
export async function hangOnce(what: string): Promise<void> {
  const before = effectsOf(file(), Context.current().info.workflowExecution!.workflowId);
  note(what);
  if (!before.includes(what)) await new Promise(() => {});
  note(`${what} went on`);
}

export const activities = {
  echo: async ({ stepName }: { stepName: string }) => {
    await new Promise((resolve) => setTimeout(resolve, 40));
    return stepName;
  },
  /** What must not be done twice. */
  pay: async ({ path }: { path: string }) => {
    note(`paid ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
    return 'paid';
  },
  first: async () => {
    note('first');
    return 'first';
  },
  last: async () => {
    note('last');
    return 'last';
  },
  /** The first time it waits for ever, for its worker to be killed. */
  hang: async () => {
    const before = effectsOf(file(), Context.current().info.workflowExecution!.workflowId);
    note('hang');
    if (!before.includes('hang')) await new Promise(() => {});
    note('hung');
    return 'hung';
  },
};

/** What the activities of a run have done, in order, over all workers. */
export function effectsOf(effectsFile: string, workflowId: string): string[] {
  if (!existsSync(effectsFile)) return [];
  const lines = readFileSync(effectsFile, 'utf8').split('\n');
  return lines.filter((line) => line.startsWith(`${workflowId} `)).map((line) => line.slice(workflowId.length + 1));
}
