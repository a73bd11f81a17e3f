import { describe, expect, it } from 'vitest';
import {
  isStepResult,
  type Json,
  lastContent,
  replaceLastContent,
  type StepOutput,
  type StepType,
  withContent,
} from '../../../workflows/define/step-output.ts';

const output = (name: string, content: Json, steps?: StepOutput[], type: StepType = steps ? 'Steps' : 'Step') =>
  ({ name, type, content, success: true, ...(steps ? { steps } : {}) }) satisfies StepOutput;

describe('isStepResult', () => {
  it.each([
    [{ content: 'x' }],
    [{ content: undefined }],
    [{ stop: true }],
    [{ success: false, error: 'soft' }],
    [{ sessionState: { count: 1 } }],
    [{ content: null, success: true, error: 'e', stop: false, sessionState: {} }],
  ])('%j says more than its content', (value) => {
    expect(isStepResult(value)).toBe(true);
  });

  it.each([
    ['text'],
    [7],
    [null],
    [undefined],
    [[]],
    [[{ content: 'x' }]],
    [{}],
    [{ error: 'a payload with an error' }],
    [{ content: 'x', title: 'a document' }],
    [new Date(0)],
    [new Map()],
  ])('%j is content', (value) => {
    expect(isStepResult(value)).toBe(false);
  });
});

describe('lastContent', () => {
  it('is that of the last output that has any', () => {
    expect(lastContent([])).toBeNull();
    expect(lastContent([output('a', 'A'), output('b', 'B')])).toBe('B');
    expect(lastContent([output('a', 'A'), output('box', 'X', [output('x', 'X')])])).toBe('X');
    expect(lastContent([output('a', 'A'), output('empty', null, [])])).toBe('A');
    expect(lastContent([output('empty', null, [])])).toBeNull();
  });

  it('may be null, false or empty', () => {
    for (const content of [null, false, 0, '', {}])
      expect(lastContent([output('a', 'A'), output('b', content)])).toEqual(content);
  });
});

describe('an edited output', () => {
  it('is edited all the way down, and nothing else is', () => {
    const before = [output('a', 'A'), output('box', 'Y', [output('x', 'X'), output('inner', 'Y', [output('y', 'Y')])])];
    const after = replaceLastContent(before, 'edited');
    expect(after).toEqual([
      output('a', 'A'),
      output('box', 'edited', [output('x', 'X'), output('inner', 'edited', [output('y', 'edited')])]),
    ]);
    expect(lastContent(before)).toBe('Y');
    expect(replaceLastContent([], 'edited')).toEqual([]);
  });

  it('of a Parallel is its own content, not a child that was not shown', () => {
    const before = output('both', { a: 'A', b: 'B' }, [output('a', 'A'), output('b', 'B')], 'Parallel');
    expect(withContent(before, 'edited')).toEqual({ ...before, content: 'edited' });
  });

  it('is the one that downstream reads, also when the container after it is empty', () => {
    const after = replaceLastContent([output('a', 'A'), output('empty', null, [])], 'edited');
    expect(after).toEqual([output('a', 'edited'), output('empty', null, [])]);
    expect(lastContent(after)).toBe('edited');
  });

  it('is read also where an empty container was edited', () => {
    expect(lastContent([output('a', 'A'), withContent(output('empty', null, []), 'edited')])).toBe('edited');
  });
});
