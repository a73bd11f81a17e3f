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
  const execute = stepInputs().inbound!.execute!;
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
    // After a reset, it is that of the execution before.
    expect(await received('a', { ...journal, execution: 'another' })).toEqual(['a']);
    for (const other of [{ __holdpointJournal: [] }, { __holdpointJournal: 1, execution: 'execution' }]) {
      expect(await received('a', other)).toEqual(['a', other]);
    }
    expect(await received(journal, 'a')).toEqual([journal, 'a']);
    expect(await received({ a: 1, ...journal })).toEqual([{ a: 1 }]);
    const [input] = await received({ ...new StepInput(data).toJSON(), ...journal });
    expect(input).toBeInstanceOf(StepInput);
    expect(Object.fromEntries(Object.entries(input as StepInput))).toEqual(data);
  });
});
