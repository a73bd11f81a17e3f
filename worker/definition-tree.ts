/** A definition as plain data, with every gate in it: those of the nodes, and those of the tools that its agents have. Pure. */
import type { AgentDefinition, TeamDefinition } from '../activities/agent.ts';
import type { ToolDefinition } from '../activities/tool.ts';
import { type HumanReviewOptions, reviewWithDefaults } from '../workflows/define/human-review.ts';
import { stepTypeOf, type WorkflowNode } from '../workflows/define/node.ts';
import { childPath } from '../workflows/define/path.ts';
import type { Executor, StepNode } from '../workflows/define/step.ts';
import { atDeadline } from '../workflows/human/at-deadline.ts';
import type { RequirementKind } from '../workflows/protocol/requirement.ts';

/** Where a human has a word. */
export interface Gate {
  /** The kind of the requirement that it asks with; of tools, that of the call. */
  readonly kind: string;
  /** Asked always, or where a function of the output or the arguments does not say no. */
  readonly when: 'always' | 'predicate' | 'error';
  readonly message?: string;
  /** Left out where a no has a meaning of its own: errors, tools. */
  readonly onReject?: string;
  readonly timeout?: string;
  readonly onTimeout?: string;
  /** In words. */
  readonly text: string;
}

export interface ToolNode {
  readonly name: string;
  /** The member of a team that has it, `lead/searcher` where teams nest. */
  readonly member?: string;
  readonly gate?: Gate;
}

export interface TreeNode {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  /** `activity fetchData`, `agent processor`, … */
  readonly executor?: string;
  /** Of a Condition's else branch. */
  readonly branch?: 'else';
  readonly gates: readonly Gate[];
  /** Left out where the step runs no agent; empty gates where its tools are not known here. */
  readonly tools?: readonly ToolNode[];
  readonly children?: readonly TreeNode[];
}

type Agent = AgentDefinition | TeamDefinition;

/** @param agents of the worker's activities; `undefined` where they are not known */
export function treeOf(
  node: WorkflowNode,
  parent: string,
  agents: Readonly<Record<string, Agent>> | undefined,
): TreeNode {
  const path = childPath(parent, node.name);
  const child = (each: WorkflowNode) => treeOf(each, path, agents);
  const children = childNodes(node).flatMap(({ nodes, branch }) =>
    nodes.map((each) => ({ ...child(each), ...(branch === undefined ? {} : { branch }) })),
  );
  return {
    name: node.name,
    path,
    type: stepTypeOf(node),
    ...(node.kind === 'step' ? { executor: executorText(node.executor) } : {}),
    gates: gatesOf(node),
    ...toolsOf(node, agents),
    ...(children.length === 0 ? {} : { children }),
  };
}

function childNodes(node: WorkflowNode): { readonly nodes: readonly WorkflowNode[]; readonly branch?: 'else' }[] {
  switch (node.kind) {
    case 'step':
      return node.executor.kind === 'workflow' ? [{ nodes: node.executor.definition.steps }] : [];
    case 'condition':
      return [{ nodes: node.steps }, { nodes: node.elseSteps, branch: 'else' }];
    case 'router':
      return [{ nodes: node.choices }];
    default:
      return [{ nodes: node.steps }];
  }
}

function executorText(executor: Executor): string {
  switch (executor.kind) {
    case 'function':
      return 'function';
    case 'workflow':
      return `workflow ${executor.definition.name}`;
    case 'activity':
      return `${executor.ref.local ? 'local activity' : 'activity'} ${executor.ref.name}`;
    default:
      return `${executor.kind} ${executor.ref.name}`;
  }
}

type Limits = Pick<Gate, 'timeout' | 'onTimeout'>;

function gatesOf(node: WorkflowNode): Gate[] {
  const given = node.humanReview as Partial<HumanReviewOptions> | undefined;
  const review = reviewWithDefaults(stepTypeOf(node), given);
  const { requiresConfirmation, requiresUserInput, requiresOutputReview, requiresIterationReview, onError } = review;
  const isRouter = node.kind === 'router';
  const gate = (kind: RequirementKind, when: Gate['when'], message: string | undefined): Gate => {
    // The no of an error pause cancels, whatever onReject says.
    const no = kind === 'error' ? {} : { onReject: review.onReject };
    const gated = { kind, when, ...(message === undefined ? {} : { message }), ...no, ...deadlineOf(node, kind) };
    return { ...gated, text: gateText(gated) };
  };
  const { confirmationMessage, userInputMessage, outputReviewMessage, iterationReviewMessage } = review;
  const both = requiresConfirmation && requiresUserInput && !isRouter;
  return [
    ...(both ? [gate('confirmation+user_input', 'always', userInputMessage ?? confirmationMessage)] : []),
    ...(requiresConfirmation && !both ? [gate('confirmation', 'always', confirmationMessage)] : []),
    ...(requiresUserInput && !both ? [gate(isRouter ? 'route' : 'user_input', 'always', userInputMessage)] : []),
    ...(requiresIterationReview ? [gate('iteration_review', 'always', iterationReviewMessage)] : []),
    ...(requiresOutputReview
      ? [
          gate(
            'output_review',
            typeof requiresOutputReview === 'function' ? 'predicate' : 'always',
            outputReviewMessage,
          ),
        ]
      : []),
    ...(onError === 'pause' ? [gate('error', 'error', undefined)] : []),
  ];
}

/** Of the node, and of the tools that it calls: what it does to a pause of this kind. */
function deadlineOf({ humanReview }: WorkflowNode, kind: RequirementKind): Limits {
  const { timeout, onTimeout = 'cancel' } = (humanReview ?? {}) as Partial<HumanReviewOptions>;
  return timeout === undefined ? {} : { timeout, onTimeout: atDeadline(kind, onTimeout) };
}

function gateText(
  { kind, when, message, onReject, timeout, onTimeout }: Omit<Gate, 'text'>,
  fields: readonly string[] = [],
): string {
  return [
    kind.replaceAll('_', ' '),
    fields.length === 0 ? '' : `: ${fields.join(', ')}`,
    when === 'predicate' ? ' where its predicate asks' : '',
    message === undefined ? '' : `: ${message}`,
    onReject === undefined ? '' : `, on reject ${onReject}`,
    timeout === undefined ? '' : `, after ${timeout} ${onTimeout}`,
  ].join('');
}

function toolsOf(node: WorkflowNode, agents: Readonly<Record<string, Agent>> | undefined): { tools?: ToolNode[] } {
  const name = agentName(node);
  const agent = name !== undefined && agents && Object.hasOwn(agents, name) ? agents[name] : undefined;
  return agent ? { tools: agentTools(agent, deadlineOf(node, 'executor')) } : {};
}

function agentName(node: WorkflowNode): string | undefined {
  const executor = node.kind === 'step' ? (node satisfies StepNode).executor : undefined;
  return executor?.kind === 'agent' || executor?.kind === 'team' ? executor.ref.name : undefined;
}

function agentTools(agent: Agent, deadline: Limits, member?: string): ToolNode[] {
  const own = Object.entries(agent.tools).map(([name, tool]) => {
    const gate = 'kind' in tool && tool.kind === 'tool' ? toolGate(tool as ToolDefinition, deadline) : undefined;
    return { name, ...(member === undefined ? {} : { member }), ...(gate ? { gate } : {}) };
  });
  const members = agent.kind === 'team' ? Object.entries(agent.members) : [];
  return [
    ...own,
    ...members.flatMap(([name, each]) => agentTools(each, deadline, member === undefined ? name : `${member}/${name}`)),
  ];
}

function toolGate(tool: ToolDefinition, deadline: Limits): Gate | undefined {
  const asked = askedOf(tool);
  return asked && { ...asked, ...deadline, text: gateText({ ...asked, ...deadline }, tool.userInputFields) };
}

function askedOf({ requiresConfirmation, userInputFields, externalExecution }: ToolDefinition) {
  if (externalExecution) return { kind: 'external_execution', when: 'always' } as const;
  if (userInputFields.length > 0) return { kind: 'user_input', when: 'always' } as const;
  if (requiresConfirmation === false) return undefined;
  return { kind: 'confirmation', when: typeof requiresConfirmation === 'function' ? 'predicate' : 'always' } as const;
}
