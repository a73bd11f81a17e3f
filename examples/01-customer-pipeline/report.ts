/** The report that a person reviews: short markdown, as plain a text as a terminal shows well. */
import type { CustomerFile } from './customers.ts';
import type { Scored, Segment, Selection } from './segments.ts';

const SEGMENTS: readonly Segment[] = ['key account', 'steady', 'gone quiet'];
const DEFAULT_TOP = 3;

/** `feedback` is what a reviewer said of the report before this one; a number in it says how many customers to list. */
export function renderReport(
  { rows, leftOut }: CustomerFile,
  selected: readonly Scored[],
  { minimumSpend, region }: Selection,
  feedback?: string,
): string {
  const top = selected.slice(0, Number(/\d+/.exec(feedback ?? '')?.[0] ?? DEFAULT_TOP));
  return [
    '# Customers worth a look',
    '',
    `${selected.length} of ${rows} rows: EUR ${minimumSpend} or more a month, ${region}.`,
    `Left out: ${leftOut.withoutConsent} without consent, ${leftOut.incomplete} incomplete, ${leftOut.duplicates} twice.`,
    ...(feedback === undefined ? [] : [`Revised, since a reviewer said: ${feedback}`]),
    '',
    ...SEGMENTS.map((segment) => `- ${segment}: ${total(selected.filter((each) => each.segment === segment))}`),
    '',
    `Top ${top.length}:`,
    ...top.map(({ name, plan, monthlySpend, score }) => `- ${name} (${plan}, ${euro(monthlySpend)}, score ${score})`),
  ].join('\n');
}

function total(customers: readonly Scored[]): string {
  return `${customers.length}, ${euro(customers.reduce((sum, { monthlySpend }) => sum + monthlySpend, 0))} a month`;
}

function euro(amount: number): string {
  return `EUR ${amount.toFixed(2)}`;
}
