/** Scores customers and puts them into segments. Pure, and the same for the same file on any day. */
import type { Customer } from './customers.ts';

export interface Selection {
  /** EUR a month. */
  readonly minimumSpend: number;
  /** `everywhere`, or one of {@link REGIONS}. */
  readonly region: string;
}

export type Segment = 'key account' | 'steady' | 'gone quiet';

export interface Scored extends Customer {
  /** 0 to 100: what they spend, and how lately they were seen. */
  readonly score: number;
  readonly segment: Segment;
}

const REGIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['DE', 'FR', 'SE', 'PL', 'ES', 'IT', 'NL', 'GB'].map((country) => [country, 'Europe'])),
  ...Object.fromEntries(['US', 'CA', 'BR', 'MX'].map((country) => [country, 'Americas'])),
  ...Object.fromEntries(['JP', 'KR', 'SG', 'AU', 'IN'].map((country) => [country, 'Asia-Pacific'])),
};

const DAY_MS = 86_400_000;
const QUIET_DAYS = 90;
const KEY_ACCOUNT_SPEND = 500;

/** Those who match, best first. */
export function selectCustomers(customers: readonly Customer[], { minimumSpend, region }: Selection): Scored[] {
  // Time stands still at the newest entry, so that a retry next week says the same.
  const today = Math.max(...customers.map(({ lastSeen }) => Date.parse(lastSeen ?? '') || 0));
  return customers
    .filter((each) => each.monthlySpend >= minimumSpend)
    .filter((each) => region === 'everywhere' || REGIONS[each.country] === region)
    .map((each) => score(each, today))
    .sort((a, b) => b.score - a.score || a.id.localeCompare(b.id));
}

function score(customer: Customer, today: number): Scored {
  const { monthlySpend, lastSeen } = customer;
  const quietDays = lastSeen === undefined ? Number.POSITIVE_INFINITY : (today - Date.parse(lastSeen)) / DAY_MS;
  const spendPart = Math.min(1, Math.log10(1 + monthlySpend) / 3.5);
  const recentPart = Math.max(0, 1 - quietDays / (2 * QUIET_DAYS));
  const segment = quietDays > QUIET_DAYS ? 'gone quiet' : monthlySpend >= KEY_ACCOUNT_SPEND ? 'key account' : 'steady';
  return { ...customer, score: Math.round(60 * spendPart + 40 * recentPart), segment };
}
