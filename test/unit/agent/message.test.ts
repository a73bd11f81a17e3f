import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../workflows/agent/message.ts';
import { StepInput } from '../../../workflows/define/step-input.ts';
import type { Json, StepOutput } from '../../../workflows/define/step-output.ts';

const output = (name: string, content: Json, more: Partial<StepOutput> = {}): StepOutput => ({
  ...{ name, type: 'Step', content, success: true },
  ...more,
});
const found = { web: 'W', papers: 'P' };
const search = output('search', found, { type: 'Parallel', steps: [output('web', 'W'), output('papers', 'P')] });

const asked = (previousStepContent: Json, outputs: readonly StepOutput[]) =>
  messageOf(
    new StepInput({
      ...{ input: 'IN', previousStepContent, sessionState: {}, additionalData: {} },
      previousStepOutputs: Object.fromEntries(outputs.map((each) => [each.name, each])),
      ...{ sessionId: 's', runId: 'r', stepName: 'a', path: 'a', idempotencyKey: 'k' },
    }),
  );

describe('what an agent is asked after a Parallel', () => {
  const sections = '=== web ===\nW\n\n=== papers ===\nP';

  it('has sections, wherever the Parallel stands among the outputs', () => {
    expect(asked(found, [search])).toBe(sections);
    // As in the second round of a Loop that forwards its output: a name keeps its place.
    expect(asked(found, [search, output('answer', 'done')])).toBe(sections);
    expect(asked(found, [output('group', found, { type: 'Steps', steps: [search] }), output('1', 'x')])).toBe(sections);
  });

  it('has no heading without a text, as getAllPreviousContent has none', () => {
    const parallel = (content: { readonly [child: string]: Json }) =>
      asked(content, [
        output('p', content, {
          type: 'Parallel',
          steps: Object.entries(content).map(([name, said]) => output(name, said)),
        }),
      ]);
    expect(parallel({ web: 'W', papers: '', notes: null, logs: ' \n' })).toBe('=== web ===\nW');
    // Where no child said anything there is no previous content.
    expect(parallel({ web: null, papers: '' })).toBe('IN');
  });

  it('has sections of its own for a Parallel inside it, also at the end of another container', () => {
    const inner = output('search', found, { type: 'Parallel', steps: search.steps! });
    const group = output('group', found, { type: 'Steps', steps: [output('plan', 'P'), inner] });
    const content = { search: found, group: found, data: { a: 1 } };
    const all = output('all', content, { type: 'Parallel', steps: [inner, group, output('data', { a: 1 })] });
    expect(asked(content, [all])).toBe(
      `=== search ===\n${sections}\n\n=== group ===\n${sections}\n\n=== data ===\n{"a":1}`,
    );
  });

  it('has the object of a plain step as JSON, also when a Parallel came before', () => {
    expect(asked({ a: 1 }, [output('plain', { a: 1 }), search])).toBe('{"a":1}');
  });
});
