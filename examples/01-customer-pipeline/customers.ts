/** The customers of a CSV file, with its dirt sorted out. */
import { parse } from 'csv-parse/sync';

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** ISO 3166, two letters. */
  readonly country: string;
  readonly plan: string;
  /** EUR. */
  readonly monthlySpend: number;
  /** A date, ISO 8601; undefined when nobody wrote it down. */
  readonly lastSeen: string | undefined;
}

export interface CustomerFile {
  readonly rows: number;
  /** Those that may and can be used. */
  readonly customers: readonly Customer[];
  readonly leftOut: { readonly withoutConsent: number; readonly incomplete: number; readonly duplicates: number };
}

const COLUMNS = ['id', 'name', 'email', 'country', 'plan', 'monthly_spend', 'last_seen', 'consent'] as const;
type Row = Record<(typeof COLUMNS)[number], string>;

/** @throws for text that is not CSV, or has other columns. */
export function parseCustomers(text: string): CustomerFile {
  const rows: Row[] = parse(text, { columns: checkHeader, bom: true, trim: true, skip_empty_lines: true });
  const known = new Set<string>();
  const customers: Customer[] = [];
  const leftOut = { withoutConsent: 0, incomplete: 0, duplicates: 0 };
  for (const row of rows) {
    const customer = toCustomer(row);
    if (known.has(row.id)) leftOut.duplicates += 1;
    else if (row.consent.toLowerCase() !== 'yes') leftOut.withoutConsent += 1;
    else if (!customer) leftOut.incomplete += 1;
    else customers.push(customer);
    known.add(row.id);
  }
  return { rows: rows.length, customers, leftOut };
}

function checkHeader(header: string[]): string[] {
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new Error(`it has no column ${missing.join(', ')}`);
  return header;
}

function toCustomer(row: Row): Customer | undefined {
  const { id, name, email, country, plan, monthly_spend: spend, last_seen: lastSeen } = row;
  // Exported by a spreadsheet: "1,617.87".
  const monthlySpend = spend === '' ? Number.NaN : Number(spend.replaceAll(',', ''));
  if (!/^\S+@\S+$/.test(email) || !Number.isFinite(monthlySpend)) return undefined;
  return {
    id,
    name,
    email: email.toLowerCase(),
    country: country.toUpperCase(),
    plan,
    monthlySpend,
    lastSeen: lastSeen || undefined,
  };
}
