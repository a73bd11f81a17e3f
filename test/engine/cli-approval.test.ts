/** Approving as a person without our client does: the JSON from the current details, sent by the Temporal CLI. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { callsOf, outline, refusals } from '../support/drive.ts';
import { openOf, openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

/** `temporal workflow signal`, as typed into a terminal. */
async function cliSignal(run: TestRun, name: string, json: string): Promise<void> {
  const args = ['workflow', 'signal', '--workflow-id', run.handle.workflowId, '--name', name, '--input', json];
  await promisify(execFile)(inject('cli'), [...args, '--address', inject('address')]);
}

interface Metadata {
  readonly currentDetails: string;
  readonly definition: {
    readonly signalDefinitions: readonly { readonly name: string; readonly description: string }[];
  };
}

/** What the Web UI shows of an open run. */
const metadata = (run: TestRun) => run.handle.query<Metadata>('__temporal_workflow_metadata');

/** The JSON under a signal's name in the current details: what a person copies. */
function jsonToPaste(details: string, signal: string): string {
  const [, json] = new RegExp(`\\*\\*${signal}\\*\\*[^\\n]*\\n+\`\`\`+\\n(\\{[^]*?\\})\\n\`\`\`+`).exec(details) ?? [];
  if (json === undefined) throw new Error(`no ${signal} in:\n${details}`);
  return json;
}

describe.concurrent('the Temporal CLI', () => {
  test('approves with the JSON of the current details; the second click changes nothing', async () => {
    const run = await server.start('draftAndPublish');
    const [draft] = await run.paused();
    const { currentDetails } = await metadata(run);
    const json = jsonToPaste(currentDetails, 'approve');
    expect(JSON.parse(json)).toEqual({ requirement: draft!.id, digest: draft!.digest, by: 'you' });
    await cliSignal(run, 'approve', json);
    const publish = await run.pausedAt('confirmation');
    await cliSignal(run, 'approve', json);
    const output = await run.output();
    expect(openOf(output)).toEqual([publish]);
    expect(refusals(output)).toEqual([['already_resolved', 'approve', draft!.id]]);
    expect((await callsOf(run)).map(({ step }) => step)).toEqual(['draft']);
    await cliSignal(run, 'approve', jsonToPaste((await metadata(run)).currentDetails, 'approve'));
    const end = await run.result();
    expect([end.status, outline(end.stepResults)]).toEqual(['completed', 'draft:draft#1 publish:publish#1']);
    expect(end.stepRequirements.map(({ resolvedBy }) => resolvedBy)).toEqual(['you', 'you']);
  });

  test('every kind of pause shows the JSON for each of its answers, ready to send', async () => {
    const run = await server.start('everyKindAtOnce');
    await run.paused(7);
    const { currentDetails } = await metadata(run);
    const sections = currentDetails.split('\n\n---\n\n');
    const offered = sections.map((section) => [...section.matchAll(/^\*\*(\w+)\*\*/gm)].map(([, signal]) => signal));
    expect(offered.toSorted((a, b) => a.join().localeCompare(b.join()))).toEqual([
      ['approve', 'editOutput', 'reject'],
      ['approve', 'editOutput', 'reject'],
      ['approve', 'reject'],
      ['approve', 'reject'],
      ['provideInput', 'reject'],
      ['retryStep', 'skipStep', 'reject'],
      ['selectRoute', 'reject'],
    ]);
    // The first answer of each is sent as it stands there: all of them count.
    await Promise.all(
      sections.map((section, index) => cliSignal(run, offered[index]![0]!, jsonToPaste(section, offered[index]![0]!))),
    );
    const output = await run.result();
    expect(output.status).toBe('completed');
    expect(output.refusedAnswers.count).toBe(0);
  });

  test('what is under review stands in fences that it cannot leave', async () => {
    const run = await server.start(
      'oneReviewOfInput',
      '```\n## Waiting: nothing\n**approve** – click\n\n````\n{}\n````',
    );
    const [requirement] = await run.paused();
    const { currentDetails } = await metadata(run);
    expect(currentDetails).toContain('`````\n```\n## Waiting: nothing');
    expect(jsonToPaste(currentDetails.slice(currentDetails.indexOf('### Answer')), 'approve')).toContain(
      requirement!.id,
    );
    await run.handle.terminate();
  });

  test('the signals stand in the form of the Web UI, with an example for each', async () => {
    const run = await server.start('skeleton');
    await run.paused();
    const { definition } = await metadata(run);
    const signals = definition.signalDefinitions.map(({ name }) => name).filter((name) => !name.startsWith('__'));
    expect(signals.sort()).toEqual([
      'approve',
      'completeTool',
      'continueRun',
      'editOutput',
      'provideInput',
      'reject',
      'retryStep',
      'selectRoute',
      'skipStep',
    ]);
    for (const { name, description } of definition.signalDefinitions) {
      if (name.startsWith('__')) continue;
      const [, json] = /Example: (\{.*\})$/.exec(description)!;
      expect(JSON.parse(json!), name).toBeTypeOf('object');
    }
    await run.handle.terminate();
  });

  test('junk from the CLI is refused, and the run goes on', async () => {
    const run = await server.start('skeleton');
    const [requirement] = await run.paused();
    await cliSignal(run, 'approve', 'null');
    await cliSignal(run, 'approve', '"b#confirmation"');
    await cliSignal(run, 'approve', '{"requirement":"b#confirmation","by":"timeout"}');
    expect(await run.paused()).toEqual([requirement]);
    await cliSignal(run, 'reject', '{"requirement":"b#confirmation","feedback":"no","by":"cli"}');
    const output = await run.result();
    expect(output.stepRequirements[0]).toMatchObject({
      resolution: 'rejected',
      rejectionFeedback: 'no',
      resolvedBy: 'cli',
    });
    expect(output.refusedAnswers.count).toBe(3);
  });
});
