/** Starts a run, and waits while others give it what it waits for: `complete.ts`, or a shell with Temporal's CLI. */
import { exec } from 'node:child_process';
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { HoldpointClient, Run } from 'holdpoint/client';
import { resolveBinary } from 'holdpoint/worker';
import { example } from '../example.ts';
import * as activities from './activities.ts';
import { release } from './workflows.ts';

const workflowsPath = `${import.meta.dirname}/workflows.ts`;
await example({ workflowsPath, activities }, async ({ client, address, person }) => {
  const cli = await resolveBinary('cli');
  let run = await client.run(release, { input: '2.4.0' });
  for (let pause = 0; run.isPaused; pause += 1) {
    for (const { toolName, args } of openCalls(run)) console.log(`\n? ${toolName} ${JSON.stringify(args)}`);
    const commands = [withScript(run, address), withCli(run, address, cli)] as const;
    if (!person.away) console.log(`  Give the result in another terminal. Either\n\n${commands.join('\n\n  or\n\n')}`);
    // The run would wait as long for them; here, nobody else is.
    else await runCommand(commands[pause % 2]!);
    run = await nextAnswer(client, run);
  }
  return run;
});

function openCalls(run: Run) {
  const [requirement] = run.stepsRequiringExecutorResolution;
  return (requirement?.tools ?? []).filter(({ isResolved }) => !isResolved);
}

function withScript({ runId }: Run, address: string): string {
  const script = relative('.', `${import.meta.dirname}/complete.ts`);
  return `TEMPORAL_ADDRESS=${address} node --import tsx ${script} ${runId} '{"passed":812}'`;
}

function withCli(run: Run, address: string, cli: string): string {
  const [call, another] = openCalls(run);
  const input = {
    requirement: run.stepsRequiringExecutorResolution[0]?.id,
    // Only where several calls wait for one answer each.
    ...(another ? { toolCall: call?.toolCallId } : {}),
    result: 'all green',
    by: 'a shell script',
  };
  const signal = `workflow signal --address ${address} --workflow-id ${run.runId} --name completeTool`;
  return `${cli} ${signal} --input '${JSON.stringify(input)}'`;
}

async function runCommand(command: string): Promise<void> {
  console.log(`  $ ${command}`);
  const { stdout } = await promisify(exec)(command);
  console.log(`  ${stdout.trim()}`);
}

/** The run once somebody, somewhere, has answered. */
async function nextAnswer(client: HoldpointClient, before: Run): Promise<Run> {
  for (;;) {
    await sleep(300);
    const run = await client.wait(before.runId);
    if (JSON.stringify(openCalls(run)) !== JSON.stringify(openCalls(before))) return run;
  }
}
