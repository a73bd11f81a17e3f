/** A definition as plain data, with every gate in it: those of the nodes, and those of the tools that its agents have. Pure. */
import { defined } from '../workflows/define/defined.ts';
import type { AgentDefinition, TeamDefinition } from '../activities/agent.ts';
import { type ToolDefinition, toolGate } from '../activities/tool.ts';
import { childrenOf, stepTypeOf, type WorkflowNode } from '../workflows/define/node.ts';
import { childPath } from '../workflows/define/path.ts';
import type { Executor } from '../workflows/define/step.ts';
import { deadlineOf, gatesOf, type NodeGate } from '../workflows/human/gates.ts';
import type { ToolGate } from '../workflows/protocol/agent.ts';

/** Where a human has a word: before a node, after it, or in the call of a tool. */
export type Gate = Omit<NodeGate, 'kind'> & {
  readonly kind: NodeGate['kind'] | ToolGate;
  /** In words. */
  readonly text: string;
};

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
type Deadline = Pick<Gate, 'timeout' | 'onTimeout'>;

/** @param agents of the worker's activities; `undefined` where they are not known */
export function treeOf(
  node: WorkflowNode,
  parent: string,
  agents: Readonly<Record<string, Agent>> | undefined,
): TreeNode {
  const path = childPath(parent, node.name);
  const child = (each: WorkflowNode) => treeOf(each, path, agents);
  const children = childrenOf(node).flatMap((nodes, index) =>
    nodes.map((each) => ({ ...child(each), ...(index === 0 ? {} : { branch: 'else' as const }) })),
  );
  return defined({
    name: node.name,
    path,
    type: stepTypeOf(node),
    executor: node.kind === 'step' ? executorText(node.executor) : undefined,
    gates: gatesOf(node).map((gate) => ({ ...gate, text: gateText(gate) })),
    tools: toolsOf(node, agents),
    children: children.length === 0 ? undefined : children,
  });
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

function toolsOf(node: WorkflowNode, agents: Readonly<Record<string, Agent>> | undefined): ToolNode[] | undefined {
  const name = agentName(node);
  const agent = name !== undefined && agents && Object.hasOwn(agents, name) ? agents[name] : undefined;
  return agent && agentTools(agent, deadlineOf(node, 'executor'));
}

function agentName(node: WorkflowNode): string | undefined {
  const executor = node.kind === 'step' ? node.executor : undefined;
  return executor?.kind === 'agent' || executor?.kind === 'team' ? executor.ref.name : undefined;
}

function agentTools(agent: Agent, deadline: Deadline, member?: string): ToolNode[] {
  const own = Object.entries(agent.tools).map(([name, tool]) => {
    const gate = 'kind' in tool ? gateInWords(tool, deadline) : undefined;
    return defined({ name, member, gate });
  });
  const members = agent.kind === 'team' ? Object.entries(agent.members) : [];
  return [
    ...own,
    ...members.flatMap(([name, each]) => agentTools(each, deadline, member === undefined ? name : `${member}/${name}`)),
  ];
}

function gateInWords(tool: ToolDefinition, deadline: Deadline): Gate | undefined {
  const asked = toolGate(tool);
  const gate = asked && { ...asked, ...deadline };
  return gate && { ...gate, text: gateText(gate, tool.userInputFields) };
}
