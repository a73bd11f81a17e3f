/** The testing kit tests the examples: the same workflows and activities, with scripted humans, in milliseconds. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  after,
  confirm,
  createTestEnv,
  expectGates,
  fakeActivities,
  input,
  reject,
  select,
  type TestEnv,
} from 'holdpoint/testing';
import type { HoldpointWorkflow, StepInput, StepResult } from 'holdpoint/workflow';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
const EXAMPLES = join(import.meta.dirname, '../../examples');
const workflowsOf = (example: string) => join(EXAMPLES, example, 'workflows.ts');

/** By path: the examples are a project of their own to the compiler. */
async function workflowOf(example: string, name: string): Promise<HoldpointWorkflow> {
  return ((await import(workflowsOf(example))) as Record<string, HoldpointWorkflow>)[name]!;
}

const refund = await workflowOf('00-smallest', 'refund');
const customerPipeline = await workflowOf('01-customer-pipeline', 'customerPipeline');
const weather = await workflowOf('02-weather-agent', 'weather');
const dataPipeline = await workflowOf('03-nested-gates', 'dataPipeline');
const booking = await workflowOf('05-argument-values', 'booking');
const report = await workflowOf('06-research-team', 'report');

/** As much of the pipeline's activities as the fakes stand for. */
interface PipelineActivities {
  fetchCustomers(input: StepInput): Promise<{ file: string; sha256: string; rows: number; usable: number }>;
  segmentCustomers(input: StepInput): Promise<StepResult>;
  csvExport(input: StepInput): Promise<string>;
  markdownReport(input: StepInput): Promise<string>;
  jsonFeed(input: StepInput): Promise<string>;
}

let env: TestEnv;
afterEach(() => vi.restoreAllMocks());

/** The activities of an example, with its scripted model. */
async function activitiesOf(example: string) {
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL']) vi.stubEnv(name, '');
  return (await import(join(EXAMPLES, example, 'activities.ts'))) as { readonly agents: object };
}

/** What tools of the examples print. */
function printed(): () => unknown[] {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  return () => log.mock.calls.map(([line]) => line as unknown);
}

// The same workflow is played in testing/refund.test.ts.
describe('00-smallest', () => {
  test('a refund asks before it is paid', () => {
    expectGates(refund).toEqual(['pay: confirmation, onReject skip, timeout 2 days cancel']);
  });
});

describe('01-customer-pipeline', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-kit-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const answers = {
    process_data: confirm(),
    segment_customers: [input({ minimum_spend: 100, region: 'Europe' }), reject('List the top 5, please'), confirm()],
    publish: select('csv_export', 'markdown_report'),
  };

  test('every gate is there', () => {
    expectGates(customerPipeline).toEqual([
      'process_data: confirmation, onReject cancel, timeout 15 minutes cancel',
      'process_data/segment_customers: user_input of minimum_spend region, onReject retry, timeout 15 minutes cancel',
      'process_data/segment_customers: output_review, onReject retry, timeout 15 minutes cancel',
      'publish: route, onReject cancel, timeout 15 minutes cancel',
    ]);
  });

  describe('with its real activities', () => {
    beforeAll(async () => {
      const activities = await activitiesOf('01-customer-pipeline');
      env = await createTestEnv({ workflowsPath: workflowsOf('01-customer-pipeline'), activities });
    });
    afterAll(() => env.close());

    test('publishes the report as its reviewer wanted it', async () => {
      const run = await env.run(customerPipeline, { folder }, { answers });
      const [csv, markdown] = run.stepResults.at(-1)!.steps!;
      expect(run.status).toBe('completed');
      expect(readFileSync(csv!.content as string, 'utf8')).toMatch(/^id,name,/);
      expect(readFileSync(markdown!.content as string, 'utf8')).toContain('Top 5:');
    });

    test('reads no customer before it is told what to process', async () => {
      const run = await env.run(customerPipeline, { folder }, { answers: { process_data: reject() } });
      expect(run.status).toBe('cancelled');
      expect(env.calls(run).map(({ activity }) => activity)).toEqual(['fetchCustomers']);
    });
  });

  describe('with fakes', () => {
    beforeAll(async () => {
      const activities = fakeActivities<PipelineActivities>({
        fetchCustomers: () => ({ file: 'customers.csv', sha256: '0', rows: 2, usable: 1 }),
        segmentCustomers: ({ additionalData }) => ({ content: `report, ${additionalData.rejectionFeedback ?? 'new'}` }),
        csvExport: () => 'out.csv',
        markdownReport: () => 'out.md',
      });
      env = await createTestEnv({ workflowsPath: workflowsOf('01-customer-pipeline'), activities });
    });
    afterAll(() => env.close());

    test('comes to the same end wherever its worker dies', async () => {
      const run = await env.killAtEveryPause(customerPipeline, {}, { answers });
      expect(run.stepResults[1]).toMatchObject({ content: 'report, List the top 5, please' });
      expect(run.stepResults[2]!.steps!.map(({ content }) => content)).toEqual(['out.csv', 'out.md']);
    });

    test('what has no fake fails, by name', async () => {
      const run = env.run(customerPipeline, {}, { answers: { ...answers, publish: select('json_feed') } });
      await expect(run).rejects.toThrow("the activity 'jsonFeed' has no fake: add it to fakeActivities");
    });
  });
});

describe('02-weather-agent', () => {
  beforeAll(async () => {
    const activities = await activitiesOf('02-weather-agent');
    env = await createTestEnv({ workflowsPath: workflowsOf('02-weather-agent'), activities });
  });
  afterAll(() => env.close());

  test('the tool that costs money asks, if it costs much', async () => {
    const { agents } = (await activitiesOf('02-weather-agent')) as never;
    expectGates(weather, { agents }).toEqual([
      'advise/forecaster.hourlyForecast: confirmation (conditional), timeout 1 hour reject',
    ]);
  });

  test('the forecast is bought when a human says so', async () => {
    const lines = printed();
    const run = await env.run(weather, 'When shall I walk?', { answers: { hourlyForecast: confirm() }, by: 'ann' });
    expect(run.content).toBe('Walk in the morning. From three in the afternoon on it rains.');
    expect(lines()).toEqual(['  * bought 24 hours for Lisbon, EUR 0.48; ann was asked']);
  });

  test('after an hour without an answer, the model does without', async () => {
    const run = await env.run(weather, 'When shall I walk?', { answers: { advise: after('1 hour') } });
    expect(run.content).toMatch(/^It is dry now; what comes I do not know/);
  });
});

describe('03-nested-gates', () => {
  beforeAll(async () => {
    const activities = await activitiesOf('03-nested-gates');
    env = await createTestEnv({ workflowsPath: workflowsOf('03-nested-gates'), activities });
  });
  afterAll(() => env.close());

  test('a gate on the step, and one in the tool of its agent', async () => {
    const { agents } = (await activitiesOf('03-nested-gates')) as never;
    expectGates(dataPipeline, { agents }).toEqual([
      'process_data: confirmation, onReject skip, timeout 5 minutes reject',
      'process_data/processor.deleteRecords: confirmation, timeout 5 minutes reject',
    ]);
  });

  test('each table is asked for', async () => {
    printed();
    const run = await env.killAtEveryPause(dataPipeline, 'Process user data', {
      answers: {
        process_data: confirm(),
        deleteRecords: [confirm(), reject('customers are still needed')],
      },
      // The tables of the example are emptied by the first run, and stay empty.
      outcome: ({ status, content }) => ({ status, content }),
    });
    expect(run.content).toBe('sessions_2019: deleted. customers: kept, since you said: customers are still needed.');
  });

  test('an answer may depend on the arguments', async () => {
    printed();
    const run = await env.run(dataPipeline, 'Process user data', {
      answers: {
        confirmation: confirm(),
        deleteRecords: ({ args }) => (args.table === 'customers' ? reject('needed') : confirm()),
      },
    });
    expect(run.content).toBe('sessions_2019: deleted. customers: kept, since you said: needed.');
  });
});

describe('05-argument-values', () => {
  beforeAll(async () => {
    const activities = await activitiesOf('05-argument-values');
    env = await createTestEnv({ workflowsPath: workflowsOf('05-argument-values'), activities });
  });
  afterAll(() => env.close());

  test('the seat is the passenger’s to choose', async () => {
    const { agents } = (await activitiesOf('05-argument-values')) as never;
    expectGates(booking, { agents }).toEqual(['book/clerk.bookSeat: user_input of seat discountCard']);
    const lines = printed();
    const run = await env.run(booking, 'A seat, please.', { answers: { bookSeat: input({ seat: 'quiet coach' }) } });
    expect(run.content).toBe('You are booked on IC 2049 (quiet coach), reference R7K2.');
    expect(lines()).toEqual(['  * booked IC 2049, quiet coach, discount card none']);
  });
});

describe('06-research-team', () => {
  beforeAll(async () => {
    const activities = await activitiesOf('06-research-team');
    env = await createTestEnv({ workflowsPath: workflowsOf('06-research-team'), activities });
  });
  afterAll(() => env.close());

  test('a member of a team asks before it buys', async () => {
    const { agents } = (await activitiesOf('06-research-team')) as never;
    expectGates(report, { agents }).toEqual(['research/searcher.buyArticle: confirmation (conditional)']);
    printed();
    const run = await env.killAtEveryPause(report, 'Why no keepers?', { answers: { buyArticle: confirm() } });
    expect(run.content).toMatchObject({ shelf: 'L', summary: 'A valve took the keepers’ place.' });
  });
});
