/**
 * A node that waits for an answer, and that is another one in the definition of now (`compatibleWith`): an answer would run, or
 * do, what nobody was asked about. A replay does not come to it, and what a memo shows people does not tell.
 */
import type { LoadedDataConverter } from '@temporalio/common';
import type { WorkflowDefinition } from '../workflows/define/definition.ts';
import { childrenOf, type WorkflowNode } from '../workflows/define/node.ts';
import { childPath } from '../workflows/define/path.ts';
import { nodeHash } from '../workflows/define/structure.ts';
import { memoAtStart, memoIn, memosOf } from './asked-otherwise.ts';
import type { History } from './read-history.ts';

/** @throws {DecryptionFailed | StoredPayloadUnavailable} */
export async function changedAsker(
  history: History,
  { steps }: WorkflowDefinition,
  loadedDataConverter: LoadedDataConverter,
): Promise<string | undefined> {
  const events = history.events ?? [];
  const shown = await memoIn(memosOf(events).at(-1) ?? memoAtStart(events), loadedDataConverter);
  const now = new Set(askers(steps));
  const asked = shown?.open.find((each) => each.nodeHash && !now.has(`${nodeOf(each.id)}#${each.nodeHash}`));
  return asked && `'${asked.id}' is open, and its node has changed: an answer would do what it says now`;
}

/** Not a map by paths: both branches of a Condition may have a node of one name. */
function askers(nodes: readonly WorkflowNode[], parent = ''): string[] {
  return nodes.flatMap((node) => {
    const path = childPath(parent, node.name);
    return [`${path}#${nodeHash(node)}`, ...childrenOf(node).flatMap((list) => askers(list, path))];
  });
}

/** The path of its node in the definition: there, an iteration has none of its own. */
function nodeOf(requirement: string): string {
  return requirement.slice(0, requirement.indexOf('#')).replaceAll(/\[\d+\]/g, '');
}
