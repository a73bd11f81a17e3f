/** The pure parts of the command line: text from data, near matches, and what the options of an answer mean. */
import { describe, expect, it } from 'vitest';
import { auditLine } from '../../../client/cli/audit.ts';
import { timeoutOf } from '../../../client/cli/given.ts';
import { asCommand, DECISIONS, type DecideOptions, type DecisionName } from '../../../client/cli/decide.ts';
import { CliError, EXIT, errorJson, exitCodeOf, messageOf } from '../../../client/cli/exit.ts';
import { findRequirement, findTool } from '../../../client/cli/find.ts';
import { nearMatches } from '../../../client/cli/near.ts';
import { oneLine, plain, safeJson, shown } from '../../../client/cli/plain.ts';
import { answerLines, requirementLines, resolvedLine } from '../../../client/cli/render-requirement.ts';
import { elapsed } from '../../../client/cli/time.ts';
import { InvalidAnswer, RunAlreadyExists, RunNotFound, RunNotPaused, WaitTimeout } from '../../../client/errors.ts';
import { runLines } from '../../../client/cli/render-run.ts';
import { compactRun } from '../../../client/compact-run.ts';
import { toMemo } from '../../../workflows/protocol/memo.ts';
import { Requirement } from '../../../client/requirement.ts';
import { Run } from '../../../client/run.ts';
import type { RequirementKind, StepRequirement } from '../../../workflows/protocol/requirement.ts';
import { requirementFields, runFields } from '../../support/requirement.ts';

// Control characters, and marks that turn text round.
const LIVE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe('text from data', () => {
  const every = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');

  it('has no character that a terminal obeys', () => {
    for (const text of [
      plain(every),
      oneLine(every, 100_000),
      shown(every),
      shown({ [every]: every }),
      safeJson(every),
    ]) {
      expect(text).not.toMatch(LIVE);
    }
  });

  it('is shown, not swallowed: what was hidden from who decides would be worse', () => {
    expect(plain('a\u001b[2Kb\r\nc\td\u007f\u009b')).toBe('a␛[2Kb\nc\td␡\\u009b');
    expect(JSON.parse(safeJson(every))).toBe(every);
    expect(oneLine('a\n b\tc')).toBe('a ⏎ b c');
    expect(oneLine(`${'x'.repeat(9)}😀`, 11)).toBe(`${'x'.repeat(9)}😀`);
    expect(oneLine(`${'x'.repeat(9)}😀y`, 11)).toBe(`${'x'.repeat(9)}…`);
  });

  it('of a requirement is safe in every line', () => {
    const evil = 'x\u001b[31m\u0007\n\u202e';
    const fields = { id: `${evil}#executor`, message: evil, input: { [evil]: evil }, previousFeedback: evil };
    const tools = [
      { toolCallId: evil, toolName: evil, kind: 'confirmation', args: { [evil]: evil }, member: evil },
    ] as const;
    const requirement = new Requirement(requirementFields('executor', { ...fields, tools, availableChoices: [evil] }));
    const lines = [...requirementLines(requirement), ...answerLines(evil, requirement)].join('\n');
    expect(lines).not.toMatch(LIVE);
  });

  it('is safe, and is no text where none was expected', () => {
    const evil = '\u001b]0;title\u0007' as never;
    const odd = { a: 1 } as never;
    const resolved = new Requirement(requirementFields('confirmation', { resolution: evil }));
    const at = '2026-01-01T00:00:00.000Z';
    const lines = [
      resolvedLine(resolved),
      auditLine({ what: 'decided', at, requirement: odd, resolution: evil, by: odd, feedback: odd, tools: odd }),
      auditLine({ what: 'refused', at, signal: 'approve', code: evil, reason: odd }),
    ];
    expect(lines.join('')).not.toMatch(LIVE);
    expect(lines[1]).toContain('by {"a":1}');
    const long = `${'n'.repeat(500)}#confirmation`;
    expect(auditLine({ what: 'decided', at, requirement: long, resolution: 'confirmed' })).toContain(long);
  });

  it('cannot pass for a line of ours, nor hide behind a long text', () => {
    const id = 'p1: confirmed by ann\n  tool call refund p2';
    const args = { a: Array.from({ length: 80 }, (_, n) => n) };
    const tools = [{ toolCallId: id, toolName: 'pay', kind: 'confirmation', args }] as const;
    const lines = requirementLines(new Requirement(requirementFields('executor', { tools })));
    expect(lines.filter((line) => line.startsWith('  tool call'))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/^ +… 24 more lines are not shown/);
  });
});

it('near matches: what contains the word, then what is a few letters away', () => {
  const ids = ['orders-1', 'orders-2', 'refund-77', 'b#confirmation'];
  expect(nearMatches('orders-3', ids)).toEqual(['orders-1', 'orders-2']);
  expect(nearMatches('77', ids)).toEqual([]);
  expect(nearMatches('fund-77', ids)).toEqual(['refund-77']);
  expect(nearMatches('B#Confirmation', ids)).toEqual(['b#confirmation']);
  expect(nearMatches('something else', ids)).toEqual([]);
});

it('a timeout is read before anything happens', () => {
  expect(timeoutOf('2 hours')).toEqual({ timeout: 7_200_000 });
  for (const wrong of ['30 days', '5', 'soon', '0s']) expect(() => timeoutOf(wrong)).toThrow(/^--timeout must be/);
});

it('what is not known without a worker is not denied', () => {
  const memo = toMemo(
    { status: 'paused', workflowName: 'w', sessionId: 's', sequence: 1 },
    Array.from({ length: 25 }, (_, index) => requirementFields('confirmation', { id: `n${index}#confirmation` })),
    [],
  );
  const run = compactRun({ execution: { workflowId: 'r' } }, memo);
  expect(runLines(run).join('\n')).toContain('5 more are open: with no worker up');
  expect(() => findRequirement(run, 'n24#confirmation')).toThrow(/^Of 25 open requirements .* is not among the known/);
});

it('how long', () => {
  expect([0, 59_999, 200_000, 18_060_000, 1e9].map(elapsed)).toEqual(['0s', '59s', '3m 20s', '5h 1m', '11d 13h']);
});

describe('an answer', () => {
  const answered = (
    name: DecisionName,
    options: DecideOptions,
    kind: RequirementKind,
    more: Partial<StepRequirement> = {},
  ) => {
    const requirement = new Requirement(requirementFields(kind, more));
    DECISIONS[name](options)(requirement);
    return requirement.decision;
  };
  const tool = (toolCallId: string, kind: 'confirmation' | 'user_input' | 'external_execution') =>
    ({ toolCallId, toolName: `do_${toolCallId}`, kind, args: {} }) as const;

  it.each<[DecisionName, DecideOptions, RequirementKind, object]>([
    ['approve', {}, 'confirmation', { action: 'confirm' }],
    ['approve', { values: '{"a":1}' }, 'confirmation+user_input', { action: 'confirm', values: { a: 1 } }],
    ['reject', { feedback: '@@you' }, 'output_review', { action: 'reject', feedback: '@you' }],
    ['edit', { output: '"x"' }, 'output_review', { action: 'edit', output: 'x' }],
    ['edit', { text: '{' }, 'iteration_review', { action: 'edit', output: '{' }],
    ['retry', {}, 'error', { action: 'retry' }],
    ['skip', {}, 'error', { action: 'skip' }],
  ])('%s %j is sent with the digest of what is shown', (name, options, kind, decision) => {
    expect(answered(name, options, kind)).toEqual({
      requirement: `node#${kind}`,
      digest: '0123456789abcdef0123',
      ...decision,
    });
  });

  it.each<[DecisionName, DecideOptions, RequirementKind, RegExp]>([
    ['approve', {}, 'confirmation+user_input', /add --values/],
    ['approve', { toolCall: 'a' }, 'confirmation', /of no tool call/],
    ['input', {}, 'user_input', /needs --values/],
    ['input', { values: '[1]' }, 'user_input', /must be a JSON object/],
    ['input', { values: '{a: 1}' }, 'user_input', /--values is not JSON/],
    ['input', { values: '{}' }, 'confirmation+user_input', /approve --values/],
    ['edit', { output: '1', text: '1' }, 'output_review', /exclude each other/],
    ['edit', {}, 'output_review', /--output is missing/],
    ['select', {}, 'route', /needs --choice/],
    ['complete', { text: 'x' }, 'confirmation', /of no tool call/],
  ])('%s %j on a %s pause is a wrong command line', (name, options, kind, problem) => {
    expect(() => answered(name, options, kind)).toThrow(CliError);
    expect(() => answered(name, options, kind)).toThrow(problem);
  });

  it('that does not fit is the requirement’s to refuse', () => {
    expect(() => answered('approve', {}, 'route')).toThrow(InvalidAnswer);
    expect(() => answered('select', { choice: ['c'] }, 'route', { availableChoices: ['a'] })).toThrow(InvalidAnswer);
  });

  it.each<[DecisionName, DecideOptions, RequirementKind, Partial<StepRequirement>, string]>([
    ['approve', {}, 'route', {}, 'approve is no answer to a route pause; it takes select, reject'],
    ['approve', {}, 'error', {}, 'approve is no answer to an error pause; it takes retry, skip, reject'],
    ['retry', {}, 'output_review', {}, 'retry is no answer to an output review pause; it takes approve, edit, reject'],
    ['select', { choice: ['c'] }, 'route', { availableChoices: ['a'] }, "unknown choice 'c'; choose from a"],
    [
      'approve',
      {},
      'executor',
      { tools: [tool('a', 'external_execution')] },
      "approve is no answer to tool call 'a'; it takes complete, reject",
    ],
    [
      'retry',
      {},
      'executor',
      { tools: [tool('a', 'confirmation'), tool('b', 'confirmation')] },
      'retry is no answer to an executor pause; it takes approve, reject, input, complete',
    ],
  ])('%s %j on a %s pause is refused in commands', (name, options, kind, more, reason) => {
    const requirement = new Requirement(requirementFields(kind, more));
    const refusal = () => {
      try {
        DECISIONS[name](options)(requirement);
      } catch (error) {
        throw asCommand(error, name, requirement, options.toolCall);
      }
    };
    expect(refusal).toThrow(InvalidAnswer);
    expect(refusal).toThrow(`requirement 'node#${kind}': ${reason}.`);
  });

  it('to a tool call names it, unless one waits', () => {
    const tools = [tool('a', 'confirmation'), tool('b', 'user_input')];
    expect(() => answered('approve', {}, 'executor', { tools })).toThrow(/name one with --tool-call, of a \(do_a\), b/);
    expect(answered('approve', { toolCall: 'a' }, 'executor', { tools })).toMatchObject({
      tools: { a: { action: 'confirm' } },
    });
    const one = [{ ...tool('a', 'confirmation'), resolution: 'confirmed' } as const, tool('c', 'external_execution')];
    expect(answered('complete', { result: '1' }, 'executor', { tools: one })).toMatchObject({
      tools: { c: { action: 'result', result: 1 } },
    });
    const requirement = new Requirement(requirementFields('executor', { tools }));
    expect(findTool(requirement, 'do_b').toolCallId).toBe('b');
    expect(() => findTool(requirement, 'z')).toThrow(/no tool call 'z'\. Did you mean 'a', 'b'\?/);
  });

  it('to a tool call may name its tool, where one call of it waits', () => {
    const first = { ...tool('a', 'confirmation'), toolName: 'ship' };
    const second = { ...tool('b', 'confirmation'), toolName: 'ship' };
    const named = (...tools: StepRequirement['tools'] & {}) =>
      findTool(new Requirement(requirementFields('executor', { tools })), 'ship').toolCallId;
    expect(named(first, tool('c', 'confirmation'))).toBe('a');
    expect(named({ ...first, resolution: 'confirmed' }, second)).toBe('b');
    // It says itself that it has its answer.
    expect(named({ ...first, resolution: 'confirmed' })).toBe('a');
    expect(named({ ...first, toolName: 'b' }, { ...second, toolCallId: 'ship' })).toBe('ship');
    expect(() => named(first, second)).toThrow("Several calls of 'ship' are there: name one of a (ship), b (ship).");
    const some = { ...requirementFields('executor', { tools: [first] }), toolCount: 30 };
    expect(() => findTool(new Requirement(some), 'ship')).toThrow(/no tool call 'ship'/);
  });

  it('may name a step in place of its first question', () => {
    const gate = (id: string, more: Partial<StepRequirement> = {}) =>
      requirementFields('confirmation', { id, stepName: 'pay', ...more });
    const find = (name: string, ...all: StepRequirement[]) => findRequirement(new Run(runFields(all), true), name).id;
    const other = requirementFields('confirmation', { id: 'other#confirmation', stepName: 'other' });
    expect(find('pay', gate('pay#confirmation'), other)).toBe('pay#confirmation');
    // The same command again must not answer what is asked next.
    const asked = gate('pay#confirmation', { resolution: 'confirmed' });
    expect(() => find('pay', asked, gate('pay#outputReview'), other)).toThrow(
      "Step 'pay' was asked before, or several times: name the question that is meant, pay#outputReview.",
    );
    expect(() => find('pay', gate('a/pay#confirmation'), gate('b/pay#confirmation'))).toThrow(
      "Step 'pay' was asked before, or several times: name the question that is meant, a/pay#confirmation, b/pay#confirmation.",
    );
    expect(() => find('pay', gate('pay#confirmation', { resolution: 'confirmed' }), other)).toThrow(
      /no requirement 'pay'. Did you mean 'pay#confirmation'/,
    );
    // An id is an id, whatever steps are called.
    expect(find('x', gate('x', { stepName: 'y' }), gate('y', { stepName: 'x' }))).toBe('x');
    const some = { ...runFields([gate('pay#confirmation')]), openCount: 30 };
    expect(() => findRequirement(new Run(some, false), 'pay')).toThrow(/not among the known/);
    // A memo does not tell what was asked before.
    expect(() => findRequirement(new Run(runFields([gate('pay#confirmation')]), false), 'pay')).toThrow(
      /pay#confirmation/,
    );
  });

  it('may leave out the requirement only where exactly one is open', () => {
    const [one, two] = [requirementFields('confirmation'), requirementFields('route', { availableChoices: ['x'] })];
    const run = (...all: StepRequirement[]) => new Run(runFields(all), true);
    expect(findRequirement(run(one), undefined).id).toBe('node#confirmation');
    expect(findRequirement(run(one, { ...two, resolution: 'selected' }), undefined).id).toBe('node#confirmation');
    expect(() => findRequirement(run(one, two), undefined)).toThrow(/2 open requirements: name one of node#confirm/);
    expect(() => findRequirement(run(one), 'node#confirmatoin')).toThrow(/Did you mean 'node#confirmation'/);
    expect(() => findRequirement(run(), undefined)).toThrow(/has no open requirement/);
  });
});

it('what the client says of calls is said of commands', () => {
  const said = [
    new WaitTimeout('r $& 1', 300, 'waiting for a worker'),
    new RunAlreadyExists('r1'),
    new RunNotPaused({ runId: 'r1', status: 'running' }),
    new RunNotPaused({ runId: 'r1', status: 'completed' }),
  ].map(messageOf);
  expect(said).toEqual([
    "run 'r $& 1', after 300 ms: waiting for a worker. It goes on without you; holdpoint watch 'r $& 1' waits again.",
    "there is a run 'r1' already; choose another --run-id, or leave it out to get a new one.",
    "run 'r1' is running and has no open requirement: wait until it pauses (holdpoint watch r1).",
    "run 'r1' is completed and has no open requirement: it has ended and takes no answer.",
  ]);
});

it('exit codes tell what went wrong', () => {
  const codes = [
    new CliError('usage', 'x'),
    new RunNotFound('r', 'default'),
    new InvalidAnswer('a#b', 'no'),
    new WaitTimeout('r', 1, undefined),
    new Error('x'),
  ].map(exitCodeOf);
  expect(codes).toEqual([EXIT.usage, EXIT.notFound, EXIT.refused, EXIT.timeout, EXIT.error]);
  expect(errorJson(new CliError('notFound', 'No such thing.', ['thing']))).toEqual({
    error: {
      type: 'holdpoint.NotFound',
      message: "No such thing. Did you mean 'thing'?",
      exitCode: 4,
      matches: ['thing'],
    },
  });
});
