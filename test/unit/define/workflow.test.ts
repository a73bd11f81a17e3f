import { proxyActivities as sdkActivities, proxyLocalActivities as sdkLocalActivities } from '@temporalio/workflow';
import { describe, expect, it } from 'vitest';
import { proxyActivities, proxyLocalActivities } from '../../../workflows/define/activity-ref.ts';
import { type AgentLike, proxyAgents } from '../../../workflows/define/agent-ref.ts';
import { condition } from '../../../workflows/define/condition.ts';
import { attachDefinition, definitionOf } from '../../../workflows/define/definition.ts';
import { DefinitionError } from '../../../workflows/define/definition-error.ts';
import { loop } from '../../../workflows/define/loop.ts';
import { type NodeLike, stepTypeOf } from '../../../workflows/define/node.ts';
import { parallel } from '../../../workflows/define/parallel.ts';
import { pause } from '../../../workflows/define/pause.ts';
import { router } from '../../../workflows/define/router.ts';
import { runsOnce, step } from '../../../workflows/define/step.ts';
import { steps } from '../../../workflows/define/steps.ts';
import { defineWorkflow, type WorkflowOptions } from '../../../workflows/define/workflow.ts';
import { done, ok, refusal, SENTENCE } from '../../support/define.ts';

/** Options that the types refuse, as JavaScript may give them. */
const loose = <T>(options: object) => options as T;
type Options<F extends (options: never) => unknown> = Parameters<F>[0];

const remote = proxyActivities<{ charge(): Promise<string> }>({ startToCloseTimeout: '1 minute' });
const local = proxyLocalActivities<{ charge(): Promise<string> }>({ startToCloseTimeout: '5s' });
const gate = { requiresConfirmation: true };

describe('a definition', () => {
  it('is inert data with every default', () => {
    const { steps: nodes, ...rest } = defineWorkflow({
      name: 'pipeline',
      description: 'd',
      steps: [
        done,
        steps({ name: 'steps', steps: [ok()] }),
        loop({ name: 'loop', steps: [ok()] }),
        condition({ name: 'condition', steps: [ok()] }),
        router({ name: 'router', choices: [ok('a'), [ok('b'), done]], selector: () => 'a' }),
        parallel({ name: 'parallel', steps: [ok()] }),
      ],
    });
    expect(rest).toEqual({ name: 'pipeline', description: 'd' });
    expect(nodes.map(stepTypeOf)).toEqual(['Step', 'Steps', 'Loop', 'Condition', 'Router', 'Parallel']);
    expect(nodes[0]).toEqual({
      kind: 'step',
      name: 'done',
      executor: { kind: 'function', fn: done },
      skipOnFailure: false,
      idempotent: false,
    });
    expect(nodes[2]).toMatchObject({ kind: 'loop', maxIterations: 3, forwardIterationOutput: false });
    expect(nodes[3]).toMatchObject({ kind: 'condition', evaluator: true, elseSteps: [] });
    expect(nodes[4]).toMatchObject({ choices: [{ name: 'a' }, { kind: 'steps', name: 'steps_group_1' }] });
  });

  it('knows a nested workflow and an activity by what hangs on the function', () => {
    const definition = defineWorkflow({ name: 'inner', steps: [done] });
    const inner = attachDefinition(async () => undefined, definition);
    expect(definitionOf(inner)).toBe(definition);
    expect(definitionOf({ ...definition })).toBeUndefined();
    expect(step({ name: 's', workflow: inner }).executor).toEqual({ kind: 'workflow', definition });
    const executor = { kind: 'activity', ref: { name: 'charge', local: false } };
    expect(step({ executor: remote.charge })).toMatchObject({ name: 'charge', executor });
    expect(step({ name: 's', executor: local.charge }).executor).toMatchObject({
      ref: { name: 'charge', local: true },
    });
  });

  it('accepts at any depth, with one name in several branches', () => {
    const branch = () => [loop({ name: 'same', steps: [parallel({ name: 'same', steps: [ok('same')] })] })];
    const node = condition({ name: 'same', steps: branch(), elseSteps: branch() });
    expect(() => defineWorkflow({ name: 'w', steps: [steps({ name: 'same', steps: [node] })] })).not.toThrow();
  });

  it('of a local activity behind a gate is accepted where it is idempotent', () => {
    const node = step({ name: 's', executor: local.charge, idempotent: true, humanReview: gate });
    expect(runsOnce(node)).toBe(false);
    expect(() => defineWorkflow({ name: 'w', steps: [node] })).not.toThrow();
  });
});

describe('a workflow that cannot be', () => {
  const refused: [string, object, string][] = [
    ['no name', { steps: [done] }, 'workflow: name must be the name of its export, got undefined.'],
    ['a name that cannot be exported', { name: 'data-pipeline', steps: [done] }, 'name must be the name of its export'],
    ['an empty name', { name: '', steps: [done] }, 'name must be the name of its export, got "".'],
    ['no steps', { name: 'w' }, 'w: steps must be a list with at least one node, got undefined.'],
    ['an empty list', { name: 'w', steps: [] }, 'w: steps must be a list with at least one node, got [].'],
    ['steps that are one node', { name: 'w', steps: ok() }, 'w: steps must be a list with at least one node'],
    ['a gate of its own', { name: 'w', steps: [done], humanReview: gate }, "w: a workflow has no option 'humanReview'"],
    [
      'an input schema as text',
      { name: 'w', steps: [done], inputSchema: 'string' },
      'w: inputSchema must be a Standard',
    ],
    ...[null, '0123456789ab:a=0123', ['0123456789ab'], ['0123456789ab:a'], ['0123456789AB:'], [7]].map(
      (compatibleWith) =>
        [
          `compatibleWith ${JSON.stringify(compatibleWith)}`,
          { name: 'w', steps: [done], compatibleWith },
          'w: compatibleWith must be a list of fingerprints',
        ] as [string, object, string],
    ),
    ['a null input schema', { name: 'w', steps: [done], inputSchema: null }, 'w: inputSchema must be a Standard'],
  ];
  it.each(refused)('%s', (_, options, problem) => {
    const define = () => defineWorkflow(loose<WorkflowOptions>(options));
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(problem);
    expect(define).toThrow(SENTENCE);
  });
});

describe('a node that cannot be', () => {
  const refused: [string, () => unknown, string, string][] = [
    [
      'no node: undefined',
      () => undefined,
      'w',
      'steps[0] must be a node (step, steps, loop, condition, router, parallel)',
    ],
    ['no node: null', () => null, 'w', 'or a function, got null.'],
    ['no node: text', () => 'done', 'w', 'or a function, got "done".'],
    ['no node: a list', () => [ok()], 'w', 'steps[0] must be a node'],
    ['no node: an object without kind', () => ({ name: 'n' }), 'w', 'steps[0] must be a node'],
    ['no node: a kind that every object has', () => ({ kind: 'toString', name: 'n' }), 'w', 'steps[0] must be a node'],
    ['an anonymous function', () => () => 'x', 'w', 'steps[0] needs a name of 1 to 200 characters, got "".'],
    ['a blank name', () => ok('  '), 'w', 'steps[0] needs a name of 1 to 200 characters, got "  ".'],
    ['a name of 201 characters', () => ok('x'.repeat(201)), 'w', 'needs a name of 1 to 200 characters'],
    ['a name that is a number', () => ok(loose<string>(Object(7))), 'w', 'needs a name of 1 to 200 characters, got 7.'],

    ['Step: no executor', () => step(loose<Options<typeof step>>({ name: 'n' })), 'w/n', 'got undefined.'],
    [
      'Step: an executor that is a name',
      () => step(loose<Options<typeof step>>({ name: 'n', executor: 'charge' })),
      'w/n',
      'a step needs an executor (a function or an activity of holdpoint\'s proxyActivities), an agent, a team or a workflow, got "charge".',
    ],
    [
      'Step: two things to run',
      () => step(loose<Options<typeof step>>({ name: 'n', executor: () => 1, workflow: async () => 2 })),
      'n',
      'a step runs one thing, not executor and workflow.',
    ],
    [
      'Step: a workflow that holdpoint did not make',
      () => step({ name: 'n', workflow: async () => undefined }),
      'w/n',
      'a step needs an executor',
    ],
    [
      'Step: a workflow as executor',
      () => step({ name: 'n', executor: attachDefinition(() => 'x', { name: 'inner', steps: [ok()] }) }),
      'w/n',
      'the executor is a workflow; nest it with step({ name, workflow }).',
    ],
    [
      "Step: an activity of the SDK's proxy",
      () => step({ name: 'n', executor: sdkActivities({ startToCloseTimeout: '1s' }).charge as () => unknown }),
      'w/n',
      "the executor comes from @temporalio/workflow's proxy; import proxyActivities from 'holdpoint/workflow'.",
    ],
    [
      "Step: a local activity of the SDK's proxy, gated",
      () =>
        step({
          name: 'n',
          executor: pause(gate, sdkLocalActivities({ startToCloseTimeout: '1s' }).charge as () => unknown),
        }),
      'w/n',
      "the executor comes from @temporalio/workflow's proxy",
    ],
    [
      'Step: a local activity behind a confirmation',
      () => step({ name: 'n', executor: local.charge, humanReview: gate }),
      'w/n',
      'a local activity behind a confirmation may run twice when its worker dies',
    ],
    [
      'Step: a local activity behind pause()',
      () => step({ name: 'n', executor: pause(gate, local.charge) }),
      'w/n',
      'a local activity behind a confirmation may run twice when its worker dies',
    ],
    [
      'Step: the gate beside humanReview',
      () => step(loose<Options<typeof step>>({ name: 'n', executor: done, requiresConfirmation: true })),
      'w/n',
      'requiresConfirmation belongs in humanReview.',
    ],
    [
      'Step: a generator',
      () =>
        step({
          name: 'n',
          executor: function* () {
            yield 1;
          },
        }),
      'w/n',
      'a generator gives a step no output: return it.',
    ],
    [
      'Step: none, but an agent itself',
      () => loose<NodeLike>(proxyAgents<Record<'clerk', AgentLike>>().clerk),
      'w',
      'or a function, got an agent: write step({ agent: clerk }).',
    ],
    [
      'Parallel: nodes in place of options',
      () => parallel(loose<Options<typeof parallel>>(step({ name: 'n', executor: done }))),
      'w/n',
      "a parallel has no option 'executor'; it takes name, steps, humanReview.",
    ],
    [
      'Step: negative retries',
      () => step({ name: 'n', executor: done, maxRetries: -1 }),
      'w/n',
      'from 0 to 1000, got -1.',
    ],
    [
      'Step: endless retries',
      () => step({ name: 'n', executor: done, maxRetries: Infinity }),
      'w/n',
      'maxRetries must be',
    ],
    [
      'Step: a heartbeat timeout without unit',
      () => step({ name: 'n', executor: done, heartbeatTimeout: loose<'1s'>(Object(30)) }),
      'w/n',
      'heartbeatTimeout must be a duration with its unit',
    ],

    [
      'Steps: none',
      () => steps({ name: 'n', steps: [] }),
      'w/n',
      'steps must be a list with at least one node, got [].',
    ],
    ['Parallel: none', () => parallel({ name: 'n', steps: [] }), 'w/n', 'steps must be a list with at least one node'],
    ['Loop: none', () => loop({ name: 'n', steps: [] }), 'w/n', 'steps must be a list with at least one node'],
    [
      'Condition: none',
      () => condition({ name: 'n', steps: [] }),
      'w/n',
      'steps must be a list with at least one node',
    ],
    [
      'Router: none',
      () => router({ name: 'n', choices: [], selector: () => 'a' }),
      'w/n',
      'choices must be a list with at least one node, got [].',
    ],
    [
      'Router: choices that are no list',
      () => router(loose<Options<typeof router>>({ name: 'n', selector: () => 'a' })),
      'w/n',
      'choices must be a list with at least one node, got undefined.',
    ],
    [
      'Router: an empty group',
      () => router({ name: 'n', choices: [[]], selector: () => 'a' }),
      'w/n/steps_group_0',
      'steps',
    ],
    [
      'Router: neither selector nor human',
      () => router({ name: 'n', choices: [ok()] }),
      'w/n',
      'a Router needs a selector, or humanReview.requiresUserInput to let a human choose.',
    ],
    [
      'Router: a human who only confirms',
      () => router({ name: 'n', choices: [ok()], humanReview: gate }),
      'w/n',
      'a Router needs a selector',
    ],
    [
      'Router: a selector that is CEL as bare text',
      () => router({ name: 'n', choices: [ok()], selector: loose<() => string>(Object('input')) }),
      'w/n',
      "selector must be a function or cel('…')",
    ],
    [
      'Condition: an evaluator that is CEL as bare text',
      () => condition({ name: 'n', steps: [ok()], evaluator: loose<() => boolean>(Object('input == "x"')) }),
      'w/n',
      "evaluator must be a boolean, a function or cel('…')",
    ],
    [
      'Condition: a null evaluator',
      () => condition(loose<Options<typeof condition>>({ name: 'n', steps: [ok()], evaluator: null })),
      'w/n',
      "evaluator must be a boolean, a function or cel('…'), got null.",
    ],
    [
      'Condition: an else branch that is one node',
      () => condition(loose<Options<typeof condition>>({ name: 'n', steps: [ok()], elseSteps: 'no' })),
      'w/n',
      'elseSteps must be a list with at least one node, got "no".',
    ],
    [
      'Condition: a null else branch',
      () => condition(loose<Options<typeof condition>>({ name: 'n', steps: [ok()], elseSteps: null })),
      'w/n',
      'elseSteps must be a list with at least one node, got null.',
    ],
    [
      'Loop: an end condition that is a flag',
      () => loop(loose<Options<typeof loop>>({ name: 'n', steps: [ok()], endCondition: true })),
      'w/n',
      "endCondition must be a function or cel('…'), got true.",
    ],
    ['Loop: no iteration', () => loop({ name: 'n', steps: [ok()], maxIterations: 0 }), 'w/n', 'from 1, got 0.'],
    [
      'Loop: half an iteration',
      () => loop({ name: 'n', steps: [ok()], maxIterations: 1.5 }),
      'w/n',
      'from 1, got 1.5.',
    ],
    ['Loop: no end', () => loop({ name: 'n', steps: [ok()], maxIterations: Infinity }), 'w/n', 'maxIterations must be'],
    [
      'Loop: a misspelt option',
      () => loop(loose<Options<typeof loop>>({ name: 'n', steps: [ok()], maxIteration: 5 })),
      'w/n',
      "a loop has no option 'maxIteration'",
    ],
    [
      'Parallel: the gate beside humanReview',
      () => parallel(loose<Options<typeof parallel>>({ name: 'n', steps: [ok()], requiresConfirmation: true })),
      'w/n',
      'requiresConfirmation belongs in humanReview.',
    ],
  ];
  it.each(refused)('%s', (_, make, path, problem) => {
    const error = refusal(make);
    expect(error.path).toBe(path);
    expect(error.message).toMatch(SENTENCE);
    expect(error.message).toContain(`${path}: `);
    expect(error.message).toContain(problem);
  });

  it.each<[string, (children: NodeLike[]) => unknown, string]>([
    ['the workflow', (children) => steps({ name: 'n', steps: children }), 'steps'],
    ['Parallel', (children) => parallel({ name: 'n', steps: children }), 'steps'],
    ['Loop', (children) => loop({ name: 'n', steps: children }), 'steps'],
    ['Condition', (children) => condition({ name: 'n', steps: children }), 'steps'],
    ['Condition, else', (children) => condition({ name: 'n', steps: [ok()], elseSteps: children }), 'elseSteps'],
    ['Router', (children) => router({ name: 'n', choices: children, selector: () => 'a' }), 'choices'],
  ])('two siblings of one name in %s', (_, make, field) => {
    expect(refusal(() => make([ok('a'), ok('b'), ok('a')])).message).toBe(
      `w/n: two nodes in ${field} are named 'a'; sibling names must differ.`,
    );
  });

  it('with a path that no answer could name, through nested workflows too', () => {
    const long = (letter: string) => letter.repeat(199);
    const nested = attachDefinition(
      async () => undefined,
      defineWorkflow({ name: 'inner', steps: [steps({ name: long('b'), steps: [ok(long('c'))] })] }),
    );
    const wrong = () => steps({ name: long('a'), steps: [step({ name: 'n', workflow: nested })] });
    expect(refusal(wrong).message).toContain('steps[0] has a path of over 600 characters; use shorter names.');
  });

  it('is named by its path, however deep, with the characters of paths encoded', () => {
    const deep = () =>
      loop({
        name: 'a/b',
        steps: [
          router({ name: 'r', choices: [[step({ name: 's', executor: done, maxRetries: -1 })]], selector: () => 's' }),
        ],
      });
    expect(refusal(deep).path).toBe('w/a%2Fb/r/steps_group_0/s');
  });
});
