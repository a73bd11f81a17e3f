/** What a run publishes while it waits: bounded, safe to look at, and enough to answer from. */
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MEMO_KEY, PREVIEW_LIMIT, type RunMemo } from '../../workflows/protocol/memo.ts';
import { CONTINUE_RUN, PEOPLE_SIGNALS } from '../../workflows/protocol/signals.ts';
import { openServer, type TestServer } from '../support/server.ts';
import { fences } from '../support/markdown.ts';
import { HOSTILE_TEXT } from '../workflows/published.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
const memoOf = async (handle: WorkflowHandle) => (await handle.describe()).memo![MEMO_KEY] as RunMemo;

interface Metadata {
  readonly currentDetails: string;
  readonly definition: {
    readonly signalDefinitions: readonly { readonly name: string; readonly description: string }[];
    readonly queryDefinitions: readonly { readonly name: string; readonly description: string }[];
  };
}
const metadataOf = (handle: WorkflowHandle) => handle.query<Metadata>('__temporal_workflow_metadata');

describe('a huge output under review', () => {
  test('is a preview in the memo and cut in the current details, and whole in the query', async () => {
    const run = await server.start('hugeOutput');
    const requirement = await run.pausedAt('output_review');
    expect(bytes(requirement.output)).toBeGreaterThan(500_000);
    const memo = await memoOf(run.handle);
    expect(memo).toMatchObject({ version: 1, status: 'paused', workflowName: 'hugeOutput', openCount: 1 });
    const [open] = memo.open;
    expect(new TextEncoder().encode(open!.preview).length).toBeLessThanOrEqual(PREVIEW_LIMIT);
    expect(bytes(memo)).toBeLessThan(6_000);
    const { currentDetails } = await metadataOf(run.handle);
    expect(bytes(currentDetails)).toBeLessThan(20_000);
    expect(open).toMatchObject({ id: 'huge#outputReview', digest: requirement.digest, kind: 'output_review' });

    await run.answer('reject', requirement, { feedback: 'f'.repeat(50_000) });
    const again = await run.until(({ stepRequirements }) => stepRequirements.length === 2);
    expect(again.status).toBe('paused');
    expect(bytes(await memoOf(run.handle))).toBeLessThan(6_000);
    await run.handle.terminate();
  });
});

describe('outputs that together are too large for one message', () => {
  test('do not keep the run from being read and from ending', async () => {
    const run = await server.start('largeOutputs', 4);
    for (let i = 0; i < 4; i += 1) {
      await run.answer('approve', await run.pausedAt('output_review', `step ${i}`));
    }
    const output = await run.result();
    expect(output).toMatchObject({ status: 'completed', truncated: true });
    expect(bytes(output)).toBeLessThan(2 * 1024 * 1024);
    expect(output.stepResults.map(({ name }) => name)).toEqual(['step 0', 'step 1', 'step 2', 'step 3']);
    expect(output.stepRequirements.map(({ resolution }) => resolution)).toEqual(Array(4).fill('confirmed'));
  });
});

describe('a hundred open pauses', () => {
  test('leave memo and current details bounded, with the count of them all', async () => {
    const run = await server.start('manyPauses', 100);
    const open = await run.paused(100);
    const memo = await memoOf(run.handle);
    expect(memo.openCount).toBe(100);
    expect(memo.open.length).toBeLessThan(100);
    expect(memo.open[0]!.id).toBe(open[0]!.id);
    const { journal, ...shown } = memo;
    expect(bytes(shown)).toBeLessThan(20_000);
    // A hundred questions that open at once are told of at once.
    expect(bytes(journal)).toBeLessThan(40_000);
    const { currentDetails } = await metadataOf(run.handle);
    expect(bytes(currentDetails)).toBeLessThan(30_000);
    expect(currentDetails).toMatch(/and \d+ more/);

    const decisions = open.map(({ id, digest }) => ({ requirement: id, digest, action: 'confirm' }));
    await run.signal(CONTINUE_RUN, { decisionId: 'all at once', decisions });
    const output = await run.result();
    expect(output.status).toBe('completed');
    expect(output.stepRequirements.every(({ resolution }) => resolution === 'confirmed')).toBe(true);
    const last = await memoOf(run.handle);
    expect(last).toMatchObject({ status: 'completed', open: [], openCount: 0 });
  });
});

describe('current details', () => {
  test('show what came from data in fences only', async () => {
    const run = await server.start('hostileTexts');
    const requirement = await run.pausedAt('output_review');
    await run.answer('reject', requirement, { feedback: HOSTILE_TEXT, by: HOSTILE_TEXT });
    await run.until(({ stepRequirements }) => stepRequirements.length === 2);
    const { currentDetails } = await metadataOf(run.handle);
    const { markup, boxes } = fences(currentDetails);
    // It is there, as text, with what would not be seen.
    expect(boxes).toContain(HOSTILE_TEXT.replace('\u2028', '\\u2028'));
    expect(markup).not.toMatch(/evil|<img|Approved|\| a \|/);
    // What a person needs to answer is markup of ours.
    expect(markup).toMatch(/## Waiting: output review/);
    expect(markup).toMatch(/\*\*approve\*\*/);
    await run.handle.terminate();
  });

  test('give the JSON to send for each possible answer, and it works as it stands', async () => {
    const run = await server.start('attributed');
    await run.pausedAt('confirmation');
    const jsonFor = async (signal: string) => {
      const { currentDetails } = await metadataOf(run.handle);
      const [, json] = new RegExp(`\\*\\*${signal}\\*\\*[^\`]*\`{3,}\n([^]*?)\n\`{3,}`).exec(currentDetails)!;
      return JSON.parse(json!) as object;
    };
    expect((await metadataOf(run.handle)).currentDetails).toMatch(/Deadline: \d{4}-.*, then: cancel/);
    await run.signal('approve', await jsonFor('approve'));
    await run.pausedAt('output_review');
    await run.signal('editOutput', { ...(await jsonFor('editOutput')), output: 'mine' });
    expect(await run.result()).toMatchObject({ status: 'completed', content: 'mine' });
  });
});

describe('the metadata of a run', () => {
  test('describes every signal and the query, each signal with an example in JSON', async () => {
    const run = await server.start('attributed');
    await run.pausedAt('confirmation');
    const { definition } = await metadataOf(run.handle);
    const described = new Map(definition.signalDefinitions.map(({ name, description }) => [name, description]));
    expect([...described.keys()].sort()).toEqual([CONTINUE_RUN, ...Object.keys(PEOPLE_SIGNALS)].sort());
    for (const [name, description] of described) {
      const example = /Example: (\{.*\})$/.exec(description)?.[1];
      expect(JSON.parse(example ?? 'null'), name).toBeTypeOf('object');
    }
    expect(definition.queryDefinitions.map(({ name }) => name)).toContain('run');
    for (const { name, description } of definition.queryDefinitions) {
      if (!name.startsWith('__')) expect(description.length, name).toBeGreaterThan(10);
    }
    await run.handle.terminate();
  });
});
