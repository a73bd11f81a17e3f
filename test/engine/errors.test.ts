/** Errors: semantics §7, with real activities whose attempts are counted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunOutput } from '../../workflows/protocol/run-output.ts';
import { answerAll, approve, calledSteps, drive, failureOf, outline, reject, retry, skip } from '../support/drive.ts';
import { did, errorActivities, log } from '../support/error-activities.ts';
import { openServer, type TestRun, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openServer(errorActivities);
});
afterAll(() => server.close());

/** How often each step was called, by activities and by functions. */
async function counts(run: TestRun): Promise<Record<string, number>> {
  const steps = [...(log.get(run.handle.workflowId) ?? []).map(({ step }) => step), ...(await calledSteps(run))];
  const result: Record<string, number> = {};
  for (const step of steps) result[step] = (result[step] ?? 0) + 1;
  return result;
}

describe.concurrent('attempts', () => {
  test('maxRetries is the executor’s, 3 by default, whatever runs it', async () => {
    const run = await server.start('failingEverywhere');
    const { output } = await drive(run);
    expect(await counts(run)).toEqual({
      ...{ remote: 4, remote0: 1, remote2: 3, bare1: 2, policy: 2, policy3: 4, hopeless: 1 },
      ...{ local: 4, local1: 2, inline: 4, inline0: 1, inlineHopeless: 1, inlineAsync: 2 },
    });
    expect(output.status).toBe('completed');
    const results = output.stepResults[0]!.steps!;
    expect(results.find(({ name }) => name === 'remote2')).toEqual({
      ...{ name: 'remote2', type: 'Step', content: 'Step remote2 failed but skipped', success: false, error: 'boom 3' },
    });
    expect(results.map(({ content, success }) => [content, success])).toEqual(
      results.map(({ name }) => [`Step ${name} failed but skipped`, false]),
    );
  });

  test('a gated step runs once, unless it is idempotent', async () => {
    const run = await server.start('failingBehindGates');
    for (const requirement of await run.paused(7)) {
      const values = requirement.kind === 'user_input';
      await run.answer(values ? 'provideInput' : 'approve', requirement, values ? { values: {} } : {});
    }
    const output = await run.result();
    expect(await counts(run)).toEqual({
      ...{ remote: 1, remote2: 1, remoteAgain: 4, localAgain: 2, inline: 1, inlineAgain: 4, filled: 2 },
    });
    expect(output.stepResults[0]!.steps).toHaveLength(7);
  });

  test('the idempotency key is the same over attempts and new in each round and iteration', async () => {
    const run = await server.start('idempotencyKeys');
    const { output } = await drive(run, reject('again'), approve);
    const keys = log.get(run.handle.workflowId)!.map(({ key }) => key);
    const stem = keys[0]!.slice(0, -'send~1'.length);
    expect(stem).toMatch(new RegExp(`^${run.handle.workflowId}/.+/$`));
    expect(keys.map((key) => key.replace(stem, ''))).toEqual([
      ...['send~1', 'send~1', 'send~2', 'send~2'],
      ...['rounds[1]/send~1', 'rounds[1]/send~1', 'rounds[2]/send~1', 'rounds[2]/send~1'],
    ]);
    expect(outline(output.stepResults)).toBe(
      'send:sent send~2 rounds:sent rounds[2]/send~1{send:sent rounds[1]/send~1 send:sent rounds[2]/send~1}',
    );
  });

  test('a gated step that failed runs again only when a human says so, in a new round', async () => {
    const run = await server.start('gatedThenPaused');
    const { asked, output } = await drive(run, approve, retry, retry, skip);
    // Each retry is a new round, whose first attempt fails again, and there is no second one.
    expect(asked.map(({ id, retryCount, message }) => [id, retryCount, message])).toEqual([
      ['pay#confirmation', 0, undefined],
      ['pay#error', 0, 'wobble'],
      ['pay#error~2', 0, 'wobble'],
      ['pay#error~3', 0, 'wobble'],
    ]);
    expect(log.get(run.handle.workflowId)!.map(({ key }) => key.split('/').at(-1))).toEqual([
      'pay~1',
      'pay~2',
      'pay~3',
    ]);
    expect(output.content).toBe('No steps executed');
  });
});

const KINDS: readonly [kind: string, path: string, message: string, failed: string][] = [
  ['Step', 'pick/Step', 'Step boom 1', 'Step!:Step boom 1'],
  ['Steps', 'pick/Steps/in_Steps', 'in_Steps boom 1', 'Steps!:in_Steps boom 1{fine:fine#1 in_Steps!:in_Steps boom 1}'],
  [
    'Condition',
    'pick/Condition/in_Condition',
    'in_Condition boom 1',
    'Condition!:in_Condition boom 1{in_Condition!:in_Condition boom 1}',
  ],
  ['Evaluator', 'pick/Evaluator', 'no idea', 'Evaluator!:no idea'],
  [
    'Loop',
    'pick/Loop[2]/in_Loop',
    'in_Loop boom 2',
    'Loop!:in_Loop boom 2{fine:fine#1 in_Loop:1 fine:fine#2 in_Loop!:in_Loop boom 2}',
  ],
  ['Router', 'pick/Router/in_Router', 'in_Router boom 1', 'Router!:in_Router boom 1{in_Router!:in_Router boom 1}'],
  [
    'Selector',
    'pick/Selector',
    "Router 'Selector' selected 'nowhere', which is not among its choices: never",
    "Selector!:Router 'Selector' selected 'nowhere', which is not among its choices: never",
  ],
  [
    'Nameless',
    'pick/Nameless',
    "Router 'Nameless' selected '0', which is not among its choices: never",
    "Nameless!:Router 'Nameless' selected '0', which is not among its choices: never",
  ],
  [
    'Parallel',
    'pick/Parallel/in_Parallel',
    'in_Parallel boom 1',
    'Parallel!:in_Parallel boom 1{fine:fine#1 in_Parallel!:in_Parallel boom 1}',
  ],
  [
    'Nested',
    'pick/Nested/in_Nested',
    'in_Nested boom 1',
    'Nested!:in_Nested boom 1{fine:fine#1 in_Nested!:in_Nested boom 1}',
  ],
];

describe.concurrent.each(['failsByDefault', 'failsExplicitly'])("onError 'fail': %s", (workflow) => {
  test.each(KINDS)('%s: the run fails with the path, the cause and its output', async (kind, path, message, failed) => {
    const run = await server.start(workflow, kind);
    const failure = failureOf(await run.result().catch((error: unknown) => error));
    expect(failure).toMatchObject({
      type: 'holdpoint.StepFailed',
      nonRetryable: true,
      message: `Step '${path}' failed: ${message}`,
    });
    const output = failure.details![0] as RunOutput;
    expect(output).toMatchObject({
      status: 'failed',
      content: `Workflow execution failed: ${message}`,
      error: { message, path },
    });
    expect(outline(output.stepResults)).toBe(`a:a#1 pick!:${message}{${failed}}`);
    expect(await calledSteps(run)).not.toContain('never');
    expect(await calledSteps(run)).not.toContain('z');
  });
});

describe.concurrent("onError 'skip'", () => {
  test('on every primitive: an output with success false, and the run goes on', async () => {
    const { output, calls } = await drive(await server.start('skipsErrors'));
    expect(output.status).toBe('completed');
    const skipped = KINDS.map(([kind, , message, failed]) =>
      failed.replace(`${kind}!:${message}`, `${kind}!:Step skipped due to error: ${message}`),
    );
    expect(output.stepResults.map(({ name, success, error }) => [name, success, error])).toEqual([
      ['a', true, undefined],
      ...KINDS.map(([kind, , message]) => [kind, false, message]),
      ['z', true, undefined],
    ]);
    const withoutNumbers = (text: string) => text.replace(/fine#\d/g, 'fine#N');
    expect(withoutNumbers(outline(output.stepResults))).toBe(withoutNumbers(['a:a#1', ...skipped, 'z:z#1'].join(' ')));
    expect(calls.at(-1)).toMatchObject({ step: 'z', prev: 'Step skipped due to error: in_Nested boom 1' });
    expect(calls.map(({ step }) => step)).not.toContain('never');
  });
});

describe.concurrent('who settles an error', () => {
  test('skipOnFailure before onError', async () => {
    const { output, asked } = await drive(await server.start('skipsBeforePause'));
    expect(asked).toEqual([]);
    expect(outline(output.stepResults)).toBe('b!:Step b failed but skipped z:z#1');
  });

  test('fail hands it to the enclosing container, skip and pause settle it at the node', async () => {
    const { end, asked, calls } = await drive(await server.start('handOver'), retry);
    expect(asked.map(({ id }) => id)).toEqual(['pausedAtTheNode/in_pausedAtTheNode#error']);
    expect(calls.map(({ step }) => step).filter((step) => step.startsWith('never'))).toEqual([]);
    expect(end).toEqual([
      'completed',
      'z#1',
      [
        'byDefault!:Step skipped due to error: in_byDefault boom 1{a1:a1#1 in_byDefault!:in_byDefault boom 1}',
        'explicit!:Step skipped due to error: in_explicit boom 1{in_explicit!:in_explicit boom 1}',
        'atTheNode!:a3#1{in_atTheNode!:Step skipped due to error: in_atTheNode boom 1 a3:a3#1}',
        'pausedAtTheNode:a4#1{in_pausedAtTheNode:in_pausedAtTheNode#2 a4:a4#1}',
        'twoUp!:Step skipped due to error: in_twoUp boom 1{between!:in_twoUp boom 1{inner!:in_twoUp boom 1{in_twoUp!:in_twoUp boom 1}}}',
        'z:z#1',
      ].join(' '),
    ]);
  });

  test('success: false is a failure only under an explicit fail or pause', async () => {
    const run = await server.start('softFailures');
    const asked = await answerAll(run, retry);
    expect(asked[0]).toMatchObject({ id: 'pause#error', message: 'soft', kind: 'error' });
    const failure = failureOf(await run.result().catch((error: unknown) => error));
    expect(failure.message).toBe("Step 'fail' failed: soft");
    const output = failure.details![0] as RunOutput;
    expect(outline(output.stepResults)).toBe(
      'unset!:half unsetRemote!:half skip!:half skipOnFailure!:half pause:well fail!:half',
    );
    expect(output.stepResults[1]).toEqual({
      name: 'unsetRemote',
      type: 'Step',
      content: 'half',
      success: false,
      error: 'soft',
    });
    // It is an answer, not a crash: nothing retries it.
    expect(did(run).filter((each) => each.startsWith('fail'))).toEqual(['fail start']);
  });

  test('half a character in an error does not stop the worker', async () => {
    const run = await server.start('halvedErrors', '\ud83d');
    const failure = failureOf(await run.result().catch((error: unknown) => error));
    expect(failure.message).toBe("Step 'inline' failed: no \ufffd");
    const { stepResults, error } = failure.details![0] as RunOutput;
    expect(stepResults.map((each) => each.error)).toEqual(['no \ufffd', 'no \ufffd', 'no \ufffd']);
    expect(error).toMatchObject({ path: 'inline', type: 'E\ufffd' });
  });

  test('an odd error is an error like any other', async () => {
    const { stepResults } = await (await server.start('oddErrors')).result();
    expect(stepResults.map(({ error }) => error)).toEqual([
      ...['[object Object]', 'x', 'Error'],
      'what the step returned cannot be held as JSON: it is nested deeper than 1000 levels',
    ]);
  });

  test('an error pause shows the text and the type of the error', async () => {
    const { asked, end, output } = await drive(await server.start('typedErrors'), skip, skip, skip, skip, skip);
    expect(asked.map(({ stepName, message, errorType }) => [stepName, errorType, message])).toEqual([
      ['remote', 'Hopeless', 'hopeless'],
      ['inline', 'Hopeless', 'hopeless'],
      ['text', undefined, 'just text'],
      ['unholdable', 'holdpoint.InvalidOutput', expect.stringContaining('cannot be held as JSON')],
      ['badState', 'holdpoint.InvalidOutput', 'sessionState must be an object, got [1]'],
    ]);
    expect(end).toEqual(['completed', 'No steps executed', '']);
    expect(output.sessionState).toEqual({});
  });

  test('what a function has cancelled of its own is an error like any other, and no cancel of the run', async () => {
    const { output } = await drive(await server.start('cancelsItself'));
    expect([output.status, outline(output.stepResults)]).toEqual([
      'completed',
      expect.stringMatching(/^late!:Step skipped due to error: .* z:z#1$/),
    ]);
  });

  test('what an activity makes of a Temporal cancel is no failure of the run', async () => {
    const run = await server.start('abortedWork');
    await run.until(() => did(run).length > 0);
    await run.handle.cancel();
    await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
    expect((await run.handle.describe()).status.name).toBe('CANCELLED');
    expect((await run.output()).status).toBe('cancelled');
    expect(await calledSteps(run)).toEqual(['before']);
  });
});
