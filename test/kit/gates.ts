/**
 * Every gate of a definition, in the order in which a run comes to them: so that a test fails when one is removed. Plain
 * data, read from the definition alone: no server, nothing runs.
 */
import type { AgentDefinition, TeamDefinition } from '../../activities/agent.ts';
import { type ToolDefinition, toolGate } from '../../activities/tool.ts';
import { definitionOf } from '../../workflows/define/definition.ts';
import type { HumanReviewOptions, OnReject, OnTimeout } from '../../workflows/define/human-review.ts';
import { childrenOf, type WorkflowNode } from '../../workflows/define/node.ts';
import { childPath } from '../../workflows/define/path.ts';
import { deadlineOf, gatesOf as nodeGates, type NodeGate } from '../../workflows/human/gates.ts';
import type { ToolGate } from '../../workflows/protocol/agent.ts';
import { generateType, toolType } from '../../workflows/protocol/agent.ts';
import { diffLines } from './difference.ts';

/** A place where a run stops for a human. */
export interface Gate {
  /** Of the node; of a tool, with its agent and its name: `process_data/processor.deleteRecords`. */
  readonly path: string;
  readonly gate: NodeGate['kind'] | ToolGate;
  /** A predicate decides whether it asks. */
  readonly conditional?: true;
  /** The values that a human gives, where they have names. */
  readonly fields?: readonly string[];
  /** Left out where a rejection has a meaning of its own: tools, errors. */
  readonly onReject?: OnReject;
  /** As it is written, with what happens then; left out where it waits for ever. */
  readonly timeout?: string;
  readonly onTimeout?: OnTimeout;
}

export interface GatesOptions {
  /** The agents of the worker, as its activities export them, where the workflow has any: the gates of their tools are listed too. */
  readonly agents?: Readonly<Record<string, AgentDefinition | TeamDefinition>>;
}

/**
 * The gates of a workflow, those of nested workflows and of its agents' tools among them.
 * @throws {TypeError} for what is no workflow, and for an agent that `agents` does not have
 * @example
 * expect(gatesOf(refund).every(({ timeout }) => timeout !== undefined)).toBe(true);
 */
export function gatesOf(workflow: unknown, options: GatesOptions = {}): Gate[] {
  const definition = definitionOf(workflow);
  if (!definition) throw new TypeError('gatesOf and expectGates take a workflow, made by workflow().');
  return gatesOfNodes(definition.steps, '', options);
}

/**
 * Every gate of a workflow, as lines: the path, what is asked, and what a no and a deadline do. `(conditional)`: a
 * predicate decides.
 * @throws {Error} with a diff
 * @example
 * expectGates(refund).toEqual(['pay: confirmation, onReject skip, timeout 2 days cancel']);
 */
export function expectGates(
  workflow: unknown,
  options: GatesOptions = {},
): { toEqual(expected: readonly (string | Gate)[]): void } {
  const actual = gatesOf(workflow, options).map(gateLine);
  return {
    toEqual(expected) {
      const lines = expected.map((each) => (typeof each === 'string' ? each : gateLine(each)));
      const same = lines.length === actual.length && lines.every((line, index) => line === actual[index]);
      if (same) return;
      const name = definitionOf(workflow)!.name;
      const diff = diffLines(lines, actual).map((line) => `  ${line}`);
      throw new Error(`the gates of ${name} are others (- expected, + there):\n${diff.join('\n')}`);
    },
  };
}

/** A gate as a line. */
export function gateLine({ path, gate, conditional, fields, onReject, timeout, onTimeout }: Gate): string {
  const what = `${path}: ${gate}${fields ? ` of ${fields.join(' ')}` : ''}${conditional ? ' (conditional)' : ''}`;
  const rejected = onReject === undefined ? [] : [`onReject ${onReject}`];
  const deadline = timeout === undefined ? [] : [`timeout ${timeout} ${onTimeout}`];
  return [what, ...rejected, ...deadline].join(', ');
}

function gatesOfNodes(nodes: readonly WorkflowNode[], parent: string, options: GatesOptions): Gate[] {
  return nodes.flatMap((node) => gatesOfNode(node, childPath(parent, node.name), options));
}

/** In the order in which a run comes to them: before it runs, inside, after. */
function gatesOfNode(node: WorkflowNode, path: string, options: GatesOptions): Gate[] {
  const own = nodeGates(node).map(({ kind, when, message: _, ...gate }): Gate => {
    return { path, gate: kind, ...conditionalIf(when), ...(TAKES_VALUES.has(kind) ? fieldsOf(node) : {}), ...gate };
  });
  const inside = childrenOf(node).flatMap((children) => gatesOfNodes(children, path, options));
  const tools = toolGatesOfNode(node, options).map(({ path: tool, ...gate }) => {
    return { path: `${path}/${tool}`, ...gate, ...deadlineOf(node, 'executor') };
  });
  const isBefore = ({ gate }: Gate) => BEFORE.has(gate);
  return [...own.filter(isBefore), ...tools, ...inside, ...own.filter((gate) => !isBefore(gate))];
}

const TAKES_VALUES: ReadonlySet<Gate['gate']> = new Set(['user_input', 'confirmation+user_input']);
const BEFORE: ReadonlySet<Gate['gate']> = new Set([...TAKES_VALUES, 'confirmation', 'route']);

function conditionalIf(when: NodeGate['when']): Pick<Gate, 'conditional'> {
  return when === 'predicate' ? { conditional: true } : {};
}

function fieldsOf({ humanReview }: WorkflowNode): Pick<Gate, 'fields'> {
  const { userInputSchema: schema } = (humanReview ?? {}) as HumanReviewOptions;
  const names = Array.isArray(schema)
    ? schema.map(({ name }) => name)
    : Object.keys((schema as { readonly properties?: object } | undefined)?.properties ?? {});
  return names.length > 0 ? { fields: names } : {};
}

function toolGatesOfNode(node: WorkflowNode, { agents }: GatesOptions): Gate[] {
  if (node.kind !== 'step') return [];
  const { executor } = node;
  if (executor.kind !== 'agent' && executor.kind !== 'team') return [];
  const { name } = executor.ref;
  if (!agents) {
    throw new TypeError(
      `step '${node.name}' runs ${executor.kind} '${name}': give { agents }, or its tools' gates are not seen.`,
    );
  }
  const agent = Object.hasOwn(agents, name) ? agents[name] : undefined;
  if (agent) return toolGates(name, agent);
  throw new TypeError(
    `agents has no ${executor.kind} '${name}' (${generateType(name)}), which step '${node.name}' runs.`,
  );
}

/** Of an agent's own tools, and of its members'. */
function toolGates(name: string, agent: AgentDefinition | TeamDefinition): Gate[] {
  const own = Object.entries(agent.tools).flatMap(([tool, definition]): Gate[] => {
    const gate = 'kind' in definition ? toolGate(definition) : undefined;
    if (!gate) return [];
    const { userInputFields: fields } = definition as ToolDefinition;
    const named = fields.length > 0 ? { fields } : {};
    return [{ path: toolType(name, tool), gate: gate.kind, ...conditionalIf(gate.when), ...named }];
  });
  const members = agent.kind === 'team' ? Object.entries(agent.members) : [];
  return [...own, ...members.flatMap(([member, definition]) => toolGates(member, definition))];
}
