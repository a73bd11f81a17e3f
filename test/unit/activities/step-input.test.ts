import type { Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { stepInputs } from '../../../activities/step-input.ts';
import { StepInput } from '../../../workflows/define/step-input.ts';

const data = {
  input: 'IN',
  previousStepContent: 'before',
  previousStepOutputs: {},
  additionalData: {},
  sessionState: {},
  sessionId: 's',
  runId: 'r',
  stepName: 'fetch',
  path: 'fetch',
  idempotencyKey: 'r/fetch',
};

/** The arguments as an activity gets them after they travelled. */
async function received(...args: unknown[]): Promise<unknown[]> {
  const info = { workflowExecution: { workflowId: 'r', runId: 'execution' } } as Context['info'];
  const execute = stepInputs({ info }).inbound!.execute!;
  return (await execute(
    { args: JSON.parse(JSON.stringify(args)), headers: {} },
    async (input) => input.args,
  )) as unknown[];
}

describe('step inputs', () => {
  it('have their methods again, and no mark', async () => {
    const [input] = await received(new StepInput(data));
    expect(input).toBeInstanceOf(StepInput);
    expect((input as StepInput).getInputAsString()).toBe('IN');
    expect(Object.fromEntries(Object.entries(input as StepInput))).toEqual(data);
  });

  it('are told from every other argument', async () => {
    const others = ['text', 7, null, { input: 'IN' }, [new StepInput(data)].length, { __holdpoint: 'Other' }];
    expect(await received(...others)).toEqual(others);
  });

  it('lose the journal that rides along, and no data that looks like one', async () => {
    const journal = { __holdpointJournal: [], execution: 'execution' };
    expect(await received('a', journal)).toEqual(['a']);
    for (const forged of [{ __holdpointJournal: [] }, { __holdpointJournal: [], execution: 'another' }]) {
      expect(await received('a', forged)).toEqual(['a', forged]);
    }
    expect(await received(journal, 'a')).toEqual([journal, 'a']);
    const forged = { a: 1, __holdpointJournal: [], execution: 'another' };
    expect(await received({ a: 1, ...journal }, forged)).toEqual([{ a: 1, ...journal }, forged]);
    expect(await received({ a: 1, ...journal })).toEqual([{ a: 1 }]);
    const [input] = await received({ ...new StepInput(data).toJSON(), ...journal });
    expect(input).toBeInstanceOf(StepInput);
    expect(Object.fromEntries(Object.entries(input as StepInput))).toEqual(data);
  });
});
