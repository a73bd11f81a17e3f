/**
 * What the pipeline does to the world. An activity may run more than once (Temporal retries it), so each one only reads,
 * or writes a file whose name and content depend on nothing but the run.
 *
 * The customers themselves never travel through the workflow: its history would keep personal data, and grow with the
 * file. Steps pass on counts, the file's address and its checksum, and read the rows again.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import { stringify } from 'csv-stringify/sync';
import type { StepInput, StepResult } from 'holdpoint/activities';
import { type CustomerFile, parseCustomers } from './customers.ts';
import { renderReport } from './report.ts';
import { type Scored, type Selection, selectCustomers } from './segments.ts';

export interface PipelineInput {
  /** The CSV file. Default: the one beside this module. */
  readonly file?: string;
  /** Where results are written. Default: `.holdpoint/demo/published`. */
  readonly folder?: string;
}

type Input = StepInput<PipelineInput>;

/** What later steps know of the file. */
interface Fetched {
  readonly file: string;
  readonly sha256: string;
  readonly rows: number;
  readonly usable: number;
}

export async function fetchCustomers({ input }: Input): Promise<Fetched> {
  const file = resolve(input.file ?? fileURLToPath(new URL('./customers.csv', import.meta.url)));
  const text = await read(file);
  const { rows, customers } = parse(file, text);
  return { file, sha256: checksum(text), rows, usable: customers.length };
}

export async function segmentCustomers(input: Input): Promise<StepResult> {
  const { minimum_spend: minimumSpend, region } = input.additionalData.userInput as {
    minimum_spend: number;
    region: string;
  };
  const selection: Selection = { minimumSpend, region };
  const data = await fetched(input);
  const content = renderReport(data, select(data, selection), selection, input.additionalData.rejectionFeedback);
  // The session state takes the selection to the publishing steps: the report is text that its reviewer may change.
  return { content, sessionState: { selection } };
}

export async function csvExport(input: Input): Promise<string> {
  // Spreadsheets run what looks like a formula; the names and addresses here are other people's words.
  return publish(input, 'customers.csv', stringify(await selected(input), { header: true, escape_formulas: true }));
}

export async function markdownReport(input: Input): Promise<string> {
  return publish(input, 'report.md', `${reviewedReport(input)}\n`);
}

export async function jsonFeed(input: Input): Promise<string> {
  const feed = { report: reviewedReport(input), customers: await selected(input) };
  return publish(input, 'feed.json', `${JSON.stringify(feed, null, 2)}\n`);
}

/** Writes one file of this run and returns its path. */
async function publish({ input, runId }: Input, name: string, text: string): Promise<string> {
  const file = join(input.folder ?? '.holdpoint/demo/published', runId, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

async function selected(input: Input): Promise<Scored[]> {
  return select(await fetched(input), input.sessionState.selection as unknown as Selection);
}

function select(data: CustomerFile, selection: Selection): Scored[] {
  return selectCustomers(data.customers, selection);
}

/** The report as its reviewer left it. */
function reviewedReport(input: Input): string {
  const report = input.getStepContent('segment_customers');
  return typeof report === 'string' ? report : JSON.stringify(report, null, 2);
}

/** The file that was fetched, and confirmed: another one in its place was confirmed by nobody. */
async function fetched(input: Input): Promise<CustomerFile> {
  const { file, sha256 } = input.getStepContent('fetch_customers') as unknown as Fetched;
  const text = await read(file);
  if (checksum(text) === sha256) return parse(file, text);
  throw ApplicationFailure.nonRetryable(`${file} has changed since it was fetched; start a new run for the new file`);
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? ApplicationFailure.nonRetryable(`there is no file ${file}`) : error;
  });
}

function parse(file: string, text: string): CustomerFile {
  try {
    return parseCustomers(text);
  } catch (error) {
    throw ApplicationFailure.nonRetryable(`${file} is no list of customers: ${(error as Error).message}`);
  }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
