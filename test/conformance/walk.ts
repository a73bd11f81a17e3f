/** Walks the nodes of a case: which stand in a Parallel, and whether there are agents. */
import type { Fields, JsonValue } from './format.ts';

/** The Parallel that each step is in, by name: the outermost one. */
export function parallelOf(workflow: Fields): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  visit(workflow, (node, parents) => {
    const parallel = parents.find(({ k }) => k === 'parallel');
    if (parallel && typeof node.name === 'string') found.set(node.name, String(parallel.name));
  });
  return found;
}

export function hasAgents(workflow: Fields): boolean {
  let found = false;
  visit(workflow, (node) => {
    found ||= node.agent !== undefined || node.team !== undefined;
  });
  return found;
}

const CHILDREN = ['steps', 'else_steps', 'choices'];

function visit(
  workflow: Fields,
  see: (node: Fields, parents: readonly Fields[]) => void,
  parents: readonly Fields[] = [],
): void {
  for (const child of CHILDREN.flatMap((key) => nodesOf(workflow[key]))) {
    see(child, parents);
    visit(child, see, [...parents, child]);
    if (isNode(child.workflow)) visit(child.workflow, see, [...parents, child]);
  }
}

/** A list inside `choices` is a group. */
function nodesOf(value: JsonValue | undefined): readonly Fields[] {
  return Array.isArray(value)
    ? value.flatMap((entry) => (Array.isArray(entry) ? nodesOf(entry) : isNode(entry) ? [entry] : []))
    : [];
}

function isNode(value: JsonValue | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
