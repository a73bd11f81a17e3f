/** The Node side of the cases: the functions of `do`, the counters behind `name#n`, and the record of every call. */
import type { StepInput, StepOutput, StepResult } from 'holdpoint';
import {
  type Executor,
  type Fields,
  FormatError,
  type JsonValue,
  type Observation,
  type ObservedCall,
  type ObservedOutput,
} from './format.ts';
import { pyJson, pyStr } from './python.ts';

type Activity = (input: StepInput) => Promise<unknown>;

/** What a run of a case did. */
interface RunRecord {
  readonly calls: ObservedCall[];
  readonly counters: Map<string, number>;
}

/** All runs of a worker. */
export class Recorder {
  readonly #runs = new Map<string, RunRecord>();

  calls(runId: string): readonly ObservedCall[] {
    return this.#runs.get(runId)?.calls ?? [];
  }

  /** Takes down what an agent of a run did. */
  note(runId: string, call: ObservedCall): void {
    this.#runOf(runId).calls.push(call);
  }

  /** @throws {FormatError} for a function that the format does not have. */
  activity({ name, do: spec }: Executor): Activity {
    const run = FUNCTIONS[spec.fn];
    if (!run) throw new FormatError(`step '${name}' has the unknown function '${spec.fn}'`);
    return async (input) => run(name, this.#record(name, input), input, spec);
  }

  /** How often this step has run, this time included. */
  #record(name: string, input: StepInput): number {
    const run = this.#runOf(input.runId);
    const call = (run.counters.get(name) ?? 0) + 1;
    run.counters.set(name, call);
    run.calls.push({
      step: name,
      call,
      input: input.input as JsonValue,
      prev: input.previousStepContent as JsonValue,
      prev_of_parallel: isOfParallel(Object.values(input.previousStepOutputs).at(-1)),
      additional_data: additionalData(input),
    });
    return call;
  }

  #runOf(runId: string): RunRecord {
    const run: RunRecord = this.#runs.get(runId) ?? { calls: [], counters: new Map() };
    this.#runs.set(runId, run);
    return run;
  }
}

type StepFn = (name: string, n: number, input: StepInput, spec: Fields) => StepResult | string;

const FUNCTIONS: Readonly<Record<string, StepFn>> = {
  trace: (name, n) => ({ content: `${name}#${n}` }),
  chain: (name, n, { previousStepContent }) => ({ content: `${name}#${n}<${pyStr(previousStepContent)}>` }),
  const: (_, __, ___, { value }) => ({ content: value ?? null }),
  fail: (name, n, _, { times }) => {
    if (typeof times !== 'number' || n <= times) throw new Error(`${name} boom ${n}`);
    return { content: `${name}#${n}` };
  },
  soft_fail: (name, n, _, { content }) => ({
    content:
      typeof content === 'string'
        ? content.replace(/#\d+$/, `#${n}`)
        : content === undefined
          ? `${name}#${n}`
          : content,
    success: false,
    error: 'soft',
  }),
  stop: (name, n) => ({ content: `${name}#${n}`, stop: true }),
  plain: (name, n) => `${name}#${n}`,
  all_prev: (_, __, input) => ({ content: allPrevious(input) }),
  get: (_, __, input, { of }) => ({ content: pyJson(input.getStepContent(String(of))) }),
  need_input: (_, __, input) => ({ content: pyJson(input.additionalData.userInput) }),
  need_additional: (_, __, input) => ({ content: pyJson(additionalData(input)) }),
  state: (name, _, { sessionState }) => {
    const count = Number(sessionState.count ?? 0) + 1;
    return { content: `${name} count=${count}`, sessionState: { count } };
  },
};

/** The engine's own method, of outputs whose contents are written as Python writes them. */
function allPrevious(input: StepInput): string {
  const outputs = Object.entries(input.previousStepOutputs).map(([name, output]) => {
    const { content } = output;
    return [name, content === null ? output : { ...output, content: pyStr(content) }] as const;
  });
  const written = { previousStepOutputs: { value: Object.fromEntries(outputs) } };
  return (Object.create(input, written) as StepInput).getAllPreviousContent();
}

/** The format does not say what content a soft failure has, so an observed one is taken as the function's. */
export function withSoftContent(executor: Executor, { final }: Observation): Executor {
  if (executor.do.fn !== 'soft_fail') return executor;
  const observed = find(final?.step_results ?? [], ({ name, error }) => name === executor.name && error === 'soft');
  return observed?.content === undefined
    ? executor
    : { ...executor, do: { ...executor.do, content: observed.content } };
}

function find(
  outputs: readonly ObservedOutput[],
  matches: (output: ObservedOutput) => boolean,
): ObservedOutput | undefined {
  for (const output of outputs) {
    const found = matches(output) ? output : find(output.steps ?? [], matches);
    if (found) return found;
  }
  return undefined;
}

const SNAKE: Readonly<Record<string, string>> = {
  userInput: 'user_input',
  rejectionFeedback: 'rejection_feedback',
  previousOutput: 'previous_output',
};

/** Under agno's names and in its order; `null` where there is none. */
function additionalData({ additionalData }: StepInput): Fields | null {
  const own = Object.entries(additionalData).filter(([key]) => !(key in SNAKE));
  const known = Object.entries(SNAKE).map(([key, name]) => [name, additionalData[key]] as const);
  const fields = [...own, ...known].filter(([, value]) => value !== undefined);
  return fields.length === 0 ? null : (Object.fromEntries(fields) as Fields);
}

/** Does the content that follows this output come from a Parallel? */
function isOfParallel(output: StepOutput | undefined): boolean {
  if (output === undefined) return false;
  return output.type === 'Parallel' || isOfParallel(output.steps?.at(-1));
}
