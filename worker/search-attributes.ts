/**
 * Makes sure that a namespace knows holdpoint's search attributes, where the worker may.
 * They are for lists only: a worker without them runs all the same, and says once what is missing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../workflows/protocol/search-attributes.ts';

/** The types as the CLI calls them, and their numbers in the protocol. */
const TYPES = {
  KEYWORD: { cli: 'Keyword', wire: 2 },
  DATETIME: { cli: 'Datetime', wire: 6 },
  KEYWORD_LIST: { cli: 'KeywordList', wire: 7 },
} as const;

type Key = { readonly name: string; readonly type: keyof typeof TYPES };
const ATTRIBUTES = SEARCH_ATTRIBUTES.map(({ name, type }: Key) => ({ name, ...TYPES[type] }));
type Attribute = (typeof ATTRIBUTES)[number];

/** `Name=Type`, as the CLI's dev server takes them. */
export const SEARCH_ATTRIBUTE_FLAGS = ATTRIBUTES.map(({ name, cli }) => `${name}=${cli}`);

type Services = Pick<NativeConnection, 'operatorService' | 'withDeadline'>;

const DEADLINE_MS = 5_000;

/** Whether runs of this worker may set them. Registers what is missing; never throws. */
export async function ensureSearchAttributes(
  connection: Services,
  namespace: string,
  warn: (message: string) => void,
): Promise<boolean> {
  let missing: readonly Attribute[] = ATTRIBUTES;
  try {
    missing = await missingAttributes(connection, namespace);
    if (missing.length === 0) return true;
    await register(connection, namespace, missing);
    return true;
  } catch (error) {
    warn(explain(missing, namespace, error));
    return false;
  }
}

async function missingAttributes(connection: Services, namespace: string): Promise<readonly Attribute[]> {
  const { customAttributes } = await connection.withDeadline(Date.now() + DEADLINE_MS, () =>
    connection.operatorService.listSearchAttributes({ namespace }),
  );
  const taken = ATTRIBUTES.find(({ name, wire }) => name in customAttributes && customAttributes[name] !== wire);
  if (taken) {
    const remove = `temporal operator search-attribute remove --namespace ${namespace} --name ${taken.name}`;
    throw new Error(`${taken.name} exists with another type than ${taken.cli}; first: ${remove}`);
  }
  return ATTRIBUTES.filter(({ name }) => !(name in customAttributes));
}

async function register(connection: Services, namespace: string, missing: readonly Attribute[]): Promise<void> {
  const searchAttributes = Object.fromEntries(missing.map(({ name, wire }) => [name, wire]));
  const deadline = Date.now() + DEADLINE_MS;
  await connection.withDeadline(deadline, () =>
    connection.operatorService.addSearchAttributes({ namespace, searchAttributes }),
  );
  while ((await missingAttributes(connection, namespace)).length > 0) {
    if (Date.now() > deadline) throw new Error('they were registered but did not appear');
    await sleep(100);
  }
}

function explain(missing: readonly Attribute[], namespace: string, error: unknown): string {
  const flags = missing.map(({ name, cli }) => `--name ${name} --type ${cli}`).join(' ');
  const reason = error instanceof Error ? error.message : String(error);
  return (
    `Search attributes ${missing.map(({ name }) => name).join(', ')} are not usable in namespace '${namespace}' (${reason}). ` +
    'Runs go on without them; only lists and filters by them are missing. To register them: ' +
    `temporal operator search-attribute create --namespace ${namespace} ${flags}`
  );
}
