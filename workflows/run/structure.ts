/**
 * The structure of a definition as text: what may not change under a run (H10). Names, tree, executors and everything
 * about pauses count; function bodies, retry counts and time limits of activities do not.
 */
import type { WorkflowDefinition } from '../define/definition.ts';
import type { WorkflowNode } from '../define/node.ts';
import { childPath } from '../define/path.ts';
import { hash } from '../human/digest.ts';

/** The longest fingerprint: it is kept as the id of a patch, whose search attribute has a limit. */
const FINGERPRINT_LIMIT = 600;

/** `<hash of all>:<path>=<hash>,…`; where that is too long, the top-level nodes only, or none. */
export function fingerprintOf(definition: WorkflowDefinition): string {
  const nodes = collect(definition.steps, '');
  const whole = hash([definition.name, nodes]).slice(0, 12);
  const top = nodes.filter(({ path }) => !path.includes('/'));
  const candidates = [nodes, top, []].map((list) => `${whole}:${list.map(entry).join(',')}`);
  return candidates.find((text) => text.length <= FINGERPRINT_LIMIT)!;
}

/** Paths whose structure differs between two fingerprints; empty where neither tells. */
export function changedPaths(before: string, now: string): string[] {
  const [old, current] = [entries(before), entries(now)];
  return [...new Set([...old.keys(), ...current.keys()])].filter((path) => old.get(path) !== current.get(path));
}

interface Described {
  readonly path: string;
  /** The node without its children: they have entries of their own. */
  readonly own: unknown;
}

function collect(nodes: readonly WorkflowNode[], parent: string): Described[] {
  return nodes.flatMap((node, index) => {
    const path = childPath(parent, node.name);
    return [{ path, own: [index, ownStructure(node)] }, ...childrenOf(node).flatMap((list) => collect(list, path))];
  });
}

function childrenOf(node: WorkflowNode): (readonly WorkflowNode[])[] {
  switch (node.kind) {
    case 'step':
      return node.executor.kind === 'workflow' ? [node.executor.definition.steps] : [];
    case 'condition':
      return [node.steps, node.elseSteps];
    case 'router':
      return [node.choices];
    default:
      return [node.steps];
  }
}

const CHILD_KEYS = new Set(['steps', 'elseSteps', 'choices', 'maxRetries', 'heartbeatTimeout']);

function ownStructure(node: WorkflowNode): unknown {
  const own = Object.entries(node).filter(([key]) => !CHILD_KEYS.has(key));
  const branches = node.kind === 'condition' ? [node.steps.length, node.elseSteps.length] : [];
  return [plain(Object.fromEntries(own)), branches];
}

/** A value with sorted keys and without function bodies, activity options and nested definitions. */
function plain(value: unknown): unknown {
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.entries(value)
    .filter(([key, each]) => each !== undefined && key !== 'options' && key !== 'definition')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, plain(each)]);
}

function entry({ path, own }: Described): string {
  return `${path}=${hash(own).slice(0, 4)}`;
}

function entries(fingerprint: string): Map<string, string> {
  const list = fingerprint.slice(fingerprint.indexOf(':') + 1).split(',');
  return new Map(list.filter(Boolean).map((each) => each.split('=') as [string, string]));
}
