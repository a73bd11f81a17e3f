/** Holdpoint's search attributes as a namespace has them, and as an administrator registers them. */
import { SEARCH_ATTRIBUTES } from '../workflows/protocol/search-attributes.ts';

/** The types as the CLI calls them, their numbers in the protocol, and a value for a filter. */
const TYPES = {
  KEYWORD: { cli: 'Keyword', wire: 2, value: 'holdpoint' },
  DATETIME: { cli: 'Datetime', wire: 6, value: '2000-01-01T00:00:00Z' },
  KEYWORD_LIST: { cli: 'KeywordList', wire: 7, value: 'holdpoint' },
} as const;

type Key = { readonly name: string; readonly type: keyof typeof TYPES };
export const ATTRIBUTES = SEARCH_ATTRIBUTES.map(({ name, type }: Key) => ({ name, ...TYPES[type] }));
export type Attribute = (typeof ATTRIBUTES)[number];

/** What an administrator runs, who alone may. */
export function howToRegister(namespace: string, attributes: readonly Attribute[] = ATTRIBUTES): string {
  const flags = attributes.map(({ name, cli }) => `--name ${name} --type ${cli}`).join(' ');
  const cloud = attributes.map(({ name, cli }) => `--sa ${name}=${cli}`).join(' ');
  return (
    `temporal operator search-attribute create --namespace ${namespace} ${flags}; ` +
    `in Temporal Cloud: tcld namespace search-attributes add --namespace ${namespace} ${cloud}`
  );
}
