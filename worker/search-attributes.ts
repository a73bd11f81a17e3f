/**
 * Makes sure that a namespace knows holdpoint's search attributes, where the worker may.
 * They are for lists only: a worker without them runs all the same, and says once what is missing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import { missingAttributes } from '../client/missing-attributes.ts';
import { ATTRIBUTES, type Attribute, howToRegister } from '../client/search-attributes.ts';
import { reasonOf } from '../workflows/define/reason.ts';

/** `Name=Type`, as the CLI's dev server takes them. */
export const SEARCH_ATTRIBUTE_FLAGS = ATTRIBUTES.map(({ name, cli }) => `${name}=${cli}`);

type Services = Pick<NativeConnection, 'operatorService' | 'workflowService' | 'withDeadline'>;

const DEADLINE_MS = 5_000;

/** Whether runs of this worker may set them. Registers what is missing; never throws. */
export async function ensureSearchAttributes(
  connection: Services,
  namespace: string,
  warn: (message: string) => void,
): Promise<boolean> {
  let missing: readonly Attribute[] = ATTRIBUTES;
  try {
    missing = await stillMissing(connection, namespace);
    if (missing.length === 0) return true;
    await register(connection, namespace, missing);
    return true;
  } catch (error) {
    warn(explain(missing, namespace, error));
    return false;
  }
}

function stillMissing(connection: Services, namespace: string): Promise<readonly Attribute[]> {
  return connection.withDeadline(Date.now() + DEADLINE_MS, () => missingAttributes(connection, namespace));
}

async function register(connection: Services, namespace: string, missing: readonly Attribute[]): Promise<void> {
  const searchAttributes = Object.fromEntries(missing.map(({ name, wire }) => [name, wire]));
  const deadline = Date.now() + DEADLINE_MS;
  await connection.withDeadline(deadline, () =>
    connection.operatorService.addSearchAttributes({ namespace, searchAttributes }),
  );
  while ((await stillMissing(connection, namespace)).length > 0) {
    if (Date.now() > deadline) throw new Error('they were registered but did not appear');
    await sleep(100);
  }
}

function explain(missing: readonly Attribute[], namespace: string, error: unknown): string {
  return (
    `Search attributes ${missing.map(({ name }) => name).join(', ')} are not usable in namespace '${namespace}' (${reasonOf(error)}). ` +
    'Runs go on without them; only lists and filters by them are missing. To register them: ' +
    howToRegister(namespace, missing)
  );
}
