/** What flows from node to node (semantics §6) and what a human enters (§5). */
import {
  condition,
  loop,
  type NodeLike,
  parallel,
  proxyActivities,
  router,
  type StepInput,
  step,
  steps,
  workflow,
} from 'holdpoint/workflow';
import { rec, recDecision } from './recorder.ts';

export interface FlowActivities {
  /** What the helper methods say on the Node side. */
  peekRemote(input: StepInput): Promise<unknown>;
}
const { peekRemote } = proxyActivities<FlowActivities>({ startToCloseTimeout: '10s' });

const leaf = (name: string) => step({ name, executor: rec() });
const confirm = { requiresConfirmation: true } as const;

/** Everything that a step input can be asked. */
export function peek(input: StepInput): unknown {
  return {
    input: input.input,
    text: input.getInputAsString(),
    prev: input.previousStepContent,
    last: input.getLastStepContent(),
    names: Object.keys(input.previousStepOutputs),
    line: input.getStepContent('line'),
    x: input.getStepContent('x'),
    y: input.getStepOutput('y')?.content,
    side: input.getStepContent('side'),
    right: input.getStepContent('right'),
    nobody: input.getStepContent('nobody') ?? 'nothing',
    all: input.getAllPreviousContent(),
  };
}

export const dataFlow = workflow({
  name: 'dataFlow',
  steps: [
    step({ name: 'first', executor: (input) => ({ content: peek(input) }) }),
    step({ name: 'a', executor: rec(() => 'A') }),
    steps({ name: 'line', steps: [leaf('x'), step({ name: 'y', executor: rec(() => ({ k: 1 })) })] }),
    parallel({
      name: 'side',
      steps: [step({ name: 'left', executor: rec(() => 'L') }), step({ name: 'right', executor: rec(() => 'R') })],
    }),
    step({ name: 'inline', executor: (input) => ({ content: peek(input) }) }),
    step({ name: 'remote', executor: peekRemote }),
  ],
});

/** How a container's children see one another, and what they start from. */
export const insideContainers = workflow({
  name: 'insideContainers',
  steps: [
    leaf('a'),
    steps({ name: 'line', steps: [leaf('l1'), leaf('l2')] }),
    condition({
      name: 'branch',
      evaluator: recDecision(({ previousStepContent }) => previousStepContent === 'l2#1'),
      steps: [leaf('c1')],
    }),
    parallel({ name: 'side', steps: [leaf('p1'), leaf('p2')] }),
    router({
      name: 'route',
      choices: [leaf('r1'), leaf('r2')],
      selector: recDecision(() => ['r2', 'r1']),
    }),
    step({ name: 'nested', workflow: workflow({ name: 'inner', steps: [leaf('n1'), leaf('n2')] }) }),
    leaf('z'),
  ],
});

/** Contents of a nested workflow: where its input comes from. */
const echo = (name: string) =>
  step({ name, executor: rec((_, { input, additionalData }) => ({ content: { input, additionalData } })) });
export const nestedInputs = workflow({
  name: 'nestedInputs',
  steps: [
    step({ name: 'early', workflow: workflow({ name: 'inner', steps: [echo('e1')] }) }),
    step({ name: 'empty', executor: rec(() => '') }),
    step({ name: 'middle', workflow: workflow({ name: 'inner', steps: [echo('e0')] }) }),
    step({ name: 'object', executor: rec(() => ({ content: { deep: [1] } })) }),
    step({
      name: 'late',
      workflow: workflow({ name: 'inner', steps: [echo('e2'), leaf('e3')] }),
    }),
  ],
});

/** A nested workflow in a loop that a reviewer sends on. */
export const nestedInLoop = workflow({
  name: 'nestedInLoop',
  steps: [
    loop({
      name: 'rounds',
      maxIterations: 2,
      steps: [leaf('own'), step({ name: 'nested', workflow: workflow({ name: 'inner', steps: [leaf('inside')] }) })],
      humanReview: { requiresIterationReview: true, onReject: 'retry' },
    }),
  ],
});

/** What a function may return. */
const returning = (name: string, value: () => unknown) => step({ name, executor: value });
export const returns = workflow({
  name: 'returns',
  steps: [
    returning('nothing', () => undefined),
    returning('empty', () => ''),
    returning('number', () => 0),
    returning('date', () => ({ at: new Date(0), gone: undefined, list: [undefined, Number.NaN] })),
    returning('result', () => ({ content: 'c', success: true })),
    returning('onlyState', () => ({ sessionState: { seen: true } })),
    returning('notAResult', () => ({ content: 'c', more: 1 })),
    returning('onlyError', () => ({ error: 'just data' })),
    returning('emptyObject', () => ({})),
    returning('promise', () => Promise.resolve({ content: 'later' })),
    returning('proto', () => JSON.parse('{"__proto__":{"polluted":true}}')),
  ],
});

const patch = (name: string, sessionState: object) =>
  step({
    name,
    executor: rec((_, input) => ({
      content: input.sessionState,
      sessionState: sessionState as Record<string, unknown>,
    })),
  });

/** Session state: patches in a row, then in branches that end in the other order. */
export const stateMerges = workflow({
  name: 'stateMerges',
  steps: [
    patch('one', { n: 1, list: [1] }),
    patch('two', { n: 2 }),
    parallel({
      name: 'side',
      steps: [
        steps({
          name: 'slow',
          steps: [
            step({
              name: 'gate',
              executor: rec(() => ({ sessionState: { who: 'slow', slow: true } })),
              humanReview: confirm,
            }),
            patch('slow2', { slow2: true }),
          ],
        }),
        patch('fast', { who: 'fast', fast: true }),
        patch('unpatched', {}),
      ],
    }),
    patch('end', {}),
  ],
});

const stopping = (name: string) =>
  step({ name, executor: rec((_, { stepName }) => ({ content: stepName, stop: true })) });

/** A stop at the bottom of the container that the input names. */
export const stops = workflow({
  name: 'stops',
  steps: [
    router({
      name: 'pick',
      selector: ({ input }) => [String(input), 'after'],
      choices: [
        stopping('Step'),
        steps({ name: 'Steps', steps: [leaf('s1'), stopping('s2'), leaf('s3')] }),
        condition({ name: 'Condition', steps: [stopping('c1'), leaf('c2')] }),
        condition({ name: 'Else', evaluator: false, steps: [leaf('e0')], elseSteps: [stopping('e1'), leaf('e2')] }),
        loop({ name: 'Loop', steps: [stopping('l1'), leaf('l2')], humanReview: { requiresIterationReview: true } }),
        router({ name: 'Router', choices: [stopping('r1'), leaf('r2')], selector: () => ['r1', 'r2'] }),
        parallel({
          name: 'Parallel',
          steps: [
            stopping('p1'),
            steps({ name: 'p2', steps: [leaf('p3'), step({ name: 'p4', executor: rec(), humanReview: confirm })] }),
          ],
        }),
        step({ name: 'Nested', workflow: workflow({ name: 'inner', steps: [stopping('n1'), leaf('n2')] }) }),
        step({
          name: 'Reviewed',
          executor: rec(() => ({ content: 'R', stop: true })),
          humanReview: { requiresOutputReview: true },
        }),
        leaf('after'),
      ],
    }),
    leaf('z'),
  ],
});

/** Loops of every kind. */
export const loops = workflow({
  name: 'loops',
  steps: [
    leaf('a'),
    loop({ name: 'fixed', maxIterations: 2, steps: [leaf('f1'), leaf('f2')] }),
    loop({ name: 'forward', maxIterations: 2, forwardIterationOutput: true, steps: [leaf('w1'), leaf('w2')] }),
    loop({
      name: 'until',
      maxIterations: 9,
      steps: [leaf('u1'), leaf('u2')],
      endCondition: (outputs) => outputs.at(-1)?.content === 'u2#2',
    }),
    loop({
      name: 'untilAsync',
      maxIterations: 9,
      steps: [leaf('v')],
      endCondition: async (outputs) => outputs.length === 1,
      humanReview: { requiresIterationReview: true },
    }),
    loop({ name: 'default', steps: [leaf('d')] }),
  ],
});

export const longLoop = workflow({
  name: 'longLoop',
  steps: [loop({ name: 'long', maxIterations: 150, steps: [leaf('x'), leaf('y')] }), leaf('z')],
});

const chosen = leaf('byNode');

/** Every way to select. */
export const selections = workflow({
  name: 'selections',
  steps: [
    router({ name: 'name', choices: [leaf('a'), leaf('b')], selector: () => 'b' }),
    router({ name: 'node', choices: [leaf('c'), chosen], selector: () => chosen }),
    router({ name: 'list', choices: [leaf('d'), leaf('e'), leaf('f')], selector: async () => ['f', 'd'] }),
    router({ name: 'none', choices: [leaf('never')], selector: () => [] }),
    router({ name: 'group', choices: [leaf('g'), [leaf('h'), leaf('i')]], selector: () => ['steps_group_1', 'g'] }),
    leaf('z'),
  ],
});

const gated = (name: string) => step({ name, executor: rec(), humanReview: confirm });

/** Nodes that leave nothing. */
export const omissions = workflow({
  name: 'omissions',
  steps: [
    condition({ name: 'unmet', evaluator: false, steps: [leaf('never')] }),
    gated('b'),
    steps({ name: 'line', steps: [gated('c'), gated('d')] }),
    loop({ name: 'rounds', maxIterations: 1, steps: [gated('e')], humanReview: { requiresOutputReview: true } }),
    parallel({ name: 'side', steps: [gated('f')] }),
    leaf('z'),
  ],
});
export const nothingAtAll = workflow({
  name: 'nothingAtAll',
  steps: [condition({ name: 'unmet', evaluator: false, steps: [leaf('never')] }), gated('b')],
});

/** A review of a loop whose iterations left nothing: an edit is then the only content. */
export const editOfNothing = workflow({
  name: 'editOfNothing',
  steps: [
    leaf('a'),
    loop({ name: 'whole', maxIterations: 1, steps: [gated('b')], humanReview: { requiresOutputReview: true } }),
    leaf('after'),
    loop({ name: 'each', maxIterations: 2, steps: [gated('c')], humanReview: { requiresIterationReview: true } }),
    leaf('z'),
  ],
});

const fill: NodeLike[] = [
  step({
    name: 'fields',
    executor: rec((_, { additionalData }) => ({ content: additionalData.userInput })),
    humanReview: {
      requiresUserInput: true,
      userInputMessage: 'Fill in',
      userInputSchema: [
        { name: 'text', description: 'any text' },
        { name: 'count', type: 'int' },
        { name: 'ratio', type: 'float', default: 0.5 },
        { name: 'flag', type: 'bool', required: false },
        { name: 'tags', type: 'list', required: false },
        { name: 'more', type: 'dict', required: false },
        { name: 'size', allowedValues: ['S', 'M'], required: false },
      ],
    },
  }),
  leaf('next'),
];
export const fieldList = workflow({ name: 'fieldList', steps: fill });

/** What a reviewer sends back is decided anew. */
export const decisionKeys = workflow({
  name: 'decisionKeys',
  steps: [
    loop({
      name: 'l',
      maxIterations: 1,
      humanReview: { requiresOutputReview: true, onReject: 'retry' },
      steps: [
        condition({ name: 'c', evaluator: recDecision(() => true), steps: [leaf('yes')] }),
        router({ name: 'r', selector: recDecision(() => 'a'), choices: [leaf('a'), leaf('b')] }),
      ],
    }),
  ],
});

export const jsonSchema = workflow({
  name: 'jsonSchema',
  steps: [
    step({
      name: 'fields',
      executor: rec((_, { additionalData }) => ({ content: additionalData.userInput })),
      humanReview: {
        requiresUserInput: true,
        userInputSchema: {
          type: 'object',
          properties: { email: { type: 'string', format: 'email' }, age: { type: 'integer', minimum: 18 } },
          required: ['email'],
          additionalProperties: false,
        },
      },
    }),
  ],
});
