/** Every gate of every primitive, inside every container: made by a table, so that none is forgotten. */
import { condition, loop, parallel, router, step, steps, type WorkflowNode, workflow } from 'holdpoint/workflow';
import { failing, rec } from './recorder.ts';

const leaf = (name: string) => step({ name: `in_${name}`, executor: rec() });
const flaky = (name: string) => step({ name: `in_${name}`, executor: failing(), maxRetries: 0 });
const confirm = { requiresConfirmation: true } as const;
const pauseOnError = { onError: 'pause' } as const;
const schema = [{ name: 'v', type: 'int' }] as const;

/** One node per gate that a primitive has (semantics §2), named after both; a container's child is `in_<name>`. */
function everyGate(): WorkflowNode[] {
  return [
    step({ name: 'step_confirmation', executor: rec(), humanReview: confirm }),
    step({ name: 'step_input', executor: rec(), humanReview: { requiresUserInput: true, userInputSchema: schema } }),
    step({
      name: 'step_both',
      executor: rec(),
      humanReview: { ...confirm, requiresUserInput: true, userInputSchema: schema },
    }),
    step({ name: 'step_review', executor: rec(), humanReview: { requiresOutputReview: true } }),
    step({ name: 'step_error', executor: failing(), maxRetries: 0, humanReview: pauseOnError }),
    steps({ name: 'steps_confirmation', steps: [leaf('steps_confirmation')], humanReview: confirm }),
    steps({ name: 'steps_error', steps: [flaky('steps_error')], humanReview: pauseOnError }),
    condition({ name: 'condition_confirmation', steps: [leaf('condition_confirmation')], humanReview: confirm }),
    condition({ name: 'condition_error', steps: [flaky('condition_error')], humanReview: pauseOnError }),
    loop({ name: 'loop_confirmation', steps: [leaf('loop_confirmation')], maxIterations: 1, humanReview: confirm }),
    loop({
      name: 'loop_review',
      steps: [leaf('loop_review')],
      maxIterations: 1,
      humanReview: { requiresOutputReview: true },
    }),
    loop({ name: 'loop_iteration', steps: [leaf('loop_iteration')], humanReview: { requiresIterationReview: true } }),
    loop({ name: 'loop_error', steps: [flaky('loop_error')], maxIterations: 1, humanReview: pauseOnError }),
    router({
      name: 'router_confirmation',
      choices: [leaf('router_confirmation')],
      selector: () => 'in_router_confirmation',
      humanReview: confirm,
    }),
    router({
      name: 'router_route',
      choices: [leaf('router_route'), leaf('nowhere')],
      humanReview: { requiresUserInput: true },
    }),
    router({
      name: 'router_review',
      choices: [leaf('router_review')],
      selector: () => 'in_router_review',
      humanReview: { requiresOutputReview: true },
    }),
    router({
      name: 'router_error',
      choices: [flaky('router_error')],
      selector: () => 'in_router_error',
      humanReview: pauseOnError,
    }),
    parallel({ name: 'parallel_confirmation', steps: [leaf('parallel_confirmation')], humanReview: confirm }),
    parallel({ name: 'parallel_error', steps: [flaky('parallel_error')], humanReview: pauseOnError }),
  ];
}

const BOXES: Record<string, (name: string, nodes: WorkflowNode[]) => WorkflowNode> = {
  steps: (name, nodes) => steps({ name, steps: nodes }),
  condition: (name, nodes) => condition({ name, steps: nodes }),
  loop: (name, nodes) => loop({ name, steps: nodes, maxIterations: 1 }),
  router: (name, nodes) => router({ name, choices: nodes, selector: () => nodes.map((node) => node.name) }),
  parallel: (name, nodes) => parallel({ name, steps: nodes }),
  workflow: (name, nodes) => step({ name, workflow: workflow({ name: 'inner', steps: nodes }) }),
};
const boxed = (kind: string) => [BOXES[kind]!('box', everyGate()), step({ name: 'end', executor: rec() })];

export const gatesAtTheTop = workflow({
  name: 'gatesAtTheTop',
  steps: [...everyGate(), step({ name: 'end', executor: rec() })],
});
export const gatesInSteps = workflow({ name: 'gatesInSteps', steps: boxed('steps') });
export const gatesInCondition = workflow({ name: 'gatesInCondition', steps: boxed('condition') });
export const gatesInLoop = workflow({ name: 'gatesInLoop', steps: boxed('loop') });
export const gatesInRouter = workflow({ name: 'gatesInRouter', steps: boxed('router') });
export const gatesInParallel = workflow({ name: 'gatesInParallel', steps: boxed('parallel') });
export const gatesInWorkflow = workflow({ name: 'gatesInWorkflow', steps: boxed('workflow') });

const kinds = Object.keys(BOXES);
const gated = (name: string) => step({ name, executor: rec(), humanReview: confirm });

/** A gated step two containers deep, for every pair of containers; `steps.loop` is a Loop inside Steps. */
export const gatesInPairs = workflow({
  name: 'gatesInPairs',
  steps: kinds.flatMap((outer) =>
    kinds.map((inner) =>
      BOXES[outer]!(`${outer}.${inner}`, [BOXES[inner]!('inner', [gated(`gate.${outer}.${inner}`)])]),
    ),
  ),
});

/** A gated step at the bottom of all containers, each inside the one before. */
export const gateAtTheBottom = workflow({
  name: 'gateAtTheBottom',
  steps: [kinds.reduceRight<WorkflowNode>((inside, kind) => BOXES[kind]!(kind, [inside]), gated('gate'))],
});
