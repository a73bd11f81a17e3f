/** What a run takes along of its questions when it continues as new: whatever it still needs, however long ago it was asked. */
import { expect, test } from 'vitest';
import { Requirements } from '../../../workflows/human/requirements.ts';
import { requirementFields } from '../../support/requirement.ts';

const AT = new Date('2026-01-01T00:00:00Z');
const { id: _, digest: __, createdAt: ___, ...request } = requirementFields('user_input');

function answered(count: number): Requirements {
  const requirements = new Requirements('execution');
  for (let at = 0; at < count; at += 1) {
    const { id } = requirements.ask({ ...request, path: `step${at}` }, AT, undefined);
    const decision = { requirement: id, action: 'input', values: { at } } as const;
    expect(requirements.answer(decision, { signal: 'provideInput', at: AT.toISOString() })).toBe('accepted');
  }
  return requirements;
}

test('an answer that the run has not done with goes along in full, older ones in brief, the rest as a number', () => {
  const requirements = answered(300);
  const [oldest] = requirements.all;
  const carried = requirements.carried(new Set([oldest!.id]));
  expect(carried.all[0]).toEqual(oldest);
  expect(carried.all.map(({ userInput }) => userInput !== undefined).filter(Boolean)).toHaveLength(51);
  expect([carried.all.length, carried.earlier]).toEqual([251, 49]);
  const next = new Requirements('execution', carried);
  expect(next.get(oldest!.id)).toEqual(oldest);
  // What is left out once stays counted.
  expect(next.carried(new Set()).earlier).toBe(50);
});

test('a question of a later execution has an id of its own', () => {
  const next = new Requirements('execution', answered(300).carried(new Set()));
  expect(next.ask({ ...request, path: 'step0' }, AT, undefined).id).toBe('step0#userInput~2');
});
