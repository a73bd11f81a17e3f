/**
 * The structure of a definition as text: what may not change under a run (H10). Names, tree, executors and everything
 * about pauses count; function bodies, retry counts and time limits of activities do not.
 */
import type { WorkflowDefinition } from './definition.ts';
import { hash } from './hash.ts';
import { childrenOf, type WorkflowNode } from './node.ts';
import { childPath } from './path.ts';
import type { Executor } from './step.ts';

/** The longest fingerprint: it is kept as the id of a patch, whose search attribute has a limit. */
const FINGERPRINT_LIMIT = 600;

/** Fingerprints by structure: the definitions of a bundle are the same for each of its runs, unless a run makes its own. */
const known = new Map<string, string>();
const MOST_KNOWN = 1_000;

/** `<hash of all>:<path>=<hash>,…`; where that is too long, the top-level nodes only, or none. */
export function fingerprintOf({ name, steps, continueAsNewAfter: bound }: WorkflowDefinition): string {
  const nodes = collect(steps, '');
  const structure = [name, nodes, ...(bound === undefined ? [] : [bound])];
  const text = JSON.stringify(structure);
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const fingerprint = fingerprinted(structure, nodes);
  known.set(text, fingerprint);
  return fingerprint;
}

function fingerprinted(structure: readonly unknown[], nodes: readonly Described[]): string {
  const whole = hash(structure).slice(0, 12);
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

/** @param branch which of its parent's lists this is: a Condition has two */
function collect(nodes: readonly WorkflowNode[], parent: string, branch = 0): Described[] {
  return nodes.flatMap((node, index) => {
    const path = childPath(parent, node.name);
    const children = childrenOf(node).flatMap((list, branch) => collect(list, path, branch));
    return [{ path, own: [branch, index, ownStructure(node)] }, ...children];
  });
}

/** What has entries of its own, or may change under a run. */
const LEFT_OUT = new Set(['steps', 'elseSteps', 'choices', 'executor', 'maxRetries', 'heartbeatTimeout']);

function ownStructure(node: WorkflowNode): unknown {
  const own = Object.entries(node).filter(([key]) => !LEFT_OUT.has(key));
  return [plain(Object.fromEntries(own)), node.kind === 'step' ? executorStructure(node.executor) : []];
}

/** Tells a node that asks from what a deploy makes of it. Its children and its place count for the fingerprint alone. */
export function nodeHash(node: WorkflowNode): string {
  return hash(ownStructure(node)).slice(0, 8);
}

function executorStructure(executor: Executor): unknown {
  switch (executor.kind) {
    case 'function':
      return ['function'];
    case 'activity':
      return ['activity', executor.ref.name, executor.ref.local];
    case 'agent':
    case 'team':
      return [executor.kind, executor.ref.name];
    case 'workflow':
      return ['workflow', executor.definition.name];
  }
}

/** A value with sorted keys and without function bodies. */
function plain(value: unknown): unknown {
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [key, plain(each)]);
}

function entry({ path, own }: Described): string {
  return `${path}=${hash(own).slice(0, 4)}`;
}

/** Names may hold commas and equals signs, so an entry ends with its hash. */
function entries(fingerprint: string): Map<string, string> {
  const list = fingerprint.slice(fingerprint.indexOf(':') + 1);
  return new Map([...list.matchAll(/(.+?)=([0-9a-f]{4})(?:,|$)/g)].map(([, path, own]) => [path!, own!]));
}
