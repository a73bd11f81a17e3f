/** Walks the nodes of a case: which stand in a Parallel, and what agents are called. */
import type { Fields, JsonValue } from './format.ts';

/**
 * What each step, agent and tool runs side by side with, by name: the outermost Parallel that it is in, or the other members
 * of its team.
 */
export function parallelOf(workflow: Fields): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  visit(workflow, (node, parents) => {
    const parallel = parents.find(({ k }) => k === 'parallel');
    const within = (node.agent ?? node.team) as Fields | undefined;
    const names = parallel ? [node.name, ...(within ? namesWithin(within) : [])] : within ? namesOfMembers(within) : [];
    for (const name of names) {
      if (typeof name === 'string')
        found.set(name, parallel ? String(parallel.name) : `members of ${String(node.name)}`);
    }
  });
  return found;
}

/** Other names of who called a model: a team may go by its step's name or its own. */
export function aliasesOf(workflow: Fields): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  visit(workflow, ({ name, agent, team }) => {
    const own = ((agent ?? team) as Fields | undefined)?.name;
    if (typeof own === 'string') found.set(own, String(name));
    if (agent !== undefined) found.set(`${String(name)}_agent`, String(name));
    if (team !== undefined) found.set(`${String(name)}_team`, String(name));
  });
  return found;
}

/** Names of the tools and members of an agent, at any depth. */
function namesWithin(agent: Fields): string[] {
  const tools = ((agent.tools ?? []) as Fields[]).map(({ name }) => String(name));
  return [...tools, ...namesOfMembers(agent)];
}

function namesOfMembers(agent: Fields): string[] {
  return ((agent.members ?? []) as Fields[]).flatMap((member) => [
    String(member.name),
    ...namesWithin((member.agent ?? member.team ?? member) as Fields),
  ]);
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
