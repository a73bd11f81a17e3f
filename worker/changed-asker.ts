/**
 * A node that waits for an answer, and that is another one in the definition that takes its run over (`compatibleWith`): an answer
 * would run, or do, what nobody was asked about. A replay does not come to it, and a memo does not tell.
 */
import type { LoadedDataConverter, Payload } from '@temporalio/common';
import { readPayload } from '../client/payloads.ts';
import { readMemo } from '../client/read-run.ts';
import type { WorkflowDefinition } from '../workflows/define/definition.ts';
import { isRecord } from '../workflows/define/json.ts';
import { changedPaths, fingerprintOf } from '../workflows/define/structure.ts';
import { DEFINITION_MEMO_KEY } from '../workflows/protocol/memo.ts';
import { DEFINITION_PATCH } from '../workflows/protocol/patches.ts';
import { memoAtStart, memosOf } from './asked-otherwise.ts';
import type { History } from './read-history.ts';

type Read = (payload: Payload | null | undefined) => Promise<unknown>;

/** @throws {DecryptionFailed | StoredPayloadUnavailable} */
export async function changedAsker(
  history: History,
  definition: WorkflowDefinition,
  loadedDataConverter: LoadedDataConverter,
): Promise<string | undefined> {
  const read: Read = (payload) => readPayload({ options: { loadedDataConverter, namespace: '' } }, '', payload);
  const before = await fingerprintBefore(history, read);
  if (before === undefined) return undefined;
  const changed = changedPaths(before, fingerprintOf(definition));
  const events = history.events ?? [];
  const shown = readMemo(await read(memosOf(events).at(-1) ?? memoAtStart(events)));
  const asked = shown?.open.find(({ id }) => changed.includes(nodeOf(id)));
  return asked && `'${asked.id}' is open, and its node has changed: an answer would do what it says now`;
}

/** As the run itself finds it (`run/drift-guard.ts`). */
async function fingerprintBefore({ events }: History, read: Read): Promise<string | undefined> {
  for (const { markerRecordedEventAttributes: marker } of events ?? []) {
    const patch = await read(marker?.details?.['patch-data']?.payloads?.[0]);
    const id = isRecord(patch) ? String(patch.id) : '';
    if (id.startsWith(DEFINITION_PATCH)) return id.slice(DEFINITION_PATCH.length);
  }
  const { input, memo } = events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  const carried = await read(input?.payloads?.[2]);
  const given = isRecord(carried) ? carried.definition : await read(memo?.fields?.[DEFINITION_MEMO_KEY]);
  return typeof given === 'string' ? given : undefined;
}

/** The path of its node in the definition: there, an iteration has none of its own. */
function nodeOf(requirement: string): string {
  return requirement.slice(0, requirement.indexOf('#')).replaceAll(/\[\d+\]/g, '');
}
