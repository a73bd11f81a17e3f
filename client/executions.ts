/** The executions of a namespace as the server lists them, newest first. */
import type { Client } from '@temporalio/client';
import { MEMO_KEY, type RunMemo } from '../workflows/protocol/memo.ts';
import { NO_SEARCH_ATTRIBUTES_PATCH } from '../workflows/protocol/patches.ts';
import { HOLDPOINT_STEP } from '../workflows/protocol/search-attributes.ts';
import { type DecryptionFailed, SearchAttributesMissing, type StoredPayloadUnavailable } from './errors.ts';
import { type ExecutionInfo, runIdOf } from './execution-info.ts';
import { readPayload } from './payloads.ts';
import { readMemo } from './read-run.ts';
import { call, detailsOf, GRPC, grpcCode } from './server-call.ts';

const PAGE = 200;
/** A filter of Temporal's, as are those below. */
export const IS_OPEN = "ExecutionStatus = 'Running'";
/** Of an open run: something waits for a human. */
export const WAITS = `${HOLDPOINT_STEP.name} IS NOT NULL`;
/**
 * What waits says so in a search attribute. A run whose worker did not know the attributes cannot, also when they were
 * registered since: it has a patch instead, which Temporal keeps in a search attribute of its own. Whether that one waits,
 * its memo says.
 */
const MAY_WAIT = `(${WAITS} OR TemporalChangeVersion = '${NO_SEARCH_ATTRIBUTES_PATCH}')`;

/**
 * The SDK's own list decodes the memo of each, and so fails as a whole where one stranger's in the namespace cannot be read.
 * @param filters of Temporal's, all of which hold; none: all executions
 * @throws {SearchAttributesMissing} and what every request throws
 */
export async function* executions(client: Client, filters: readonly string[]): AsyncGenerator<ExecutionInfo> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | undefined;
  do {
    const request = {
      namespace,
      query: filters.join(' AND '),
      pageSize: PAGE,
      ...(nextPageToken && { nextPageToken }),
    };
    const page = await call(client, () => client.workflowService.listWorkflowExecutions(request)).catch(
      (error: unknown) => {
        const missing = grpcCode(error) === GRPC.invalidArgument && /Holdpoint\w+/.test(detailsOf(error));
        throw missing ? new SearchAttributesMissing(namespace, { cause: error }) : error;
      },
    );
    yield* page.executions;
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
}

/** Those that go on. */
export function openExecutions(client: Client, filters: readonly string[]): AsyncGenerator<ExecutionInfo> {
  return executions(client, [IS_OPEN, ...filters]);
}

/** The executions in which something may wait for a human. Where no search attributes are registered, all that are open. */
export async function* waitingExecutions(
  client: Client,
  filters: readonly string[] = [],
): AsyncGenerator<ExecutionInfo> {
  try {
    yield* openExecutions(client, [MAY_WAIT, ...filters]);
  } catch (error) {
    // Only the first page can fail like this, so nothing is listed twice.
    if (!(error instanceof SearchAttributesMissing)) throw error;
    yield* openExecutions(client, filters);
  }
}

/** A filter; `undefined` for a text that the server's queries cannot hold: that is compared here alone. */
export function equals(field: string, value: string): string | undefined {
  return value.length > 200 || /["'\\\p{Cc}]/u.test(value) ? undefined : `${field} = "${value}"`;
}

/** The memo of a listed run: `undefined` where there is none of ours; `unreadable`: why it cannot be read here. */
export async function listedMemo(
  client: Client,
  info: ExecutionInfo,
): Promise<{ readonly memo?: RunMemo | undefined; readonly unreadable?: string }> {
  try {
    return { memo: readMemo(await readPayload(client, runIdOf(info), info.memo?.fields?.[MEMO_KEY])) };
  } catch (error) {
    return { unreadable: (error as DecryptionFailed | StoredPayloadUnavailable).message };
  }
}
