/**
 * What an executor gets. The same class on both sides: the compiler makes it for inline functions, and
 * `holdpointPlugin()` makes it again on the Node side from the JSON that an activity receives.
 */
import type { Json, StepOutput } from './step-output.ts';

/** Additional data of a step: the run's own, and what a human gave for this step alone. */
export interface AdditionalData {
  /** Values that a human entered for this step. */
  readonly userInput?: Readonly<Record<string, Json>>;
  /** Why a reviewer sent the output back; only when they said so. */
  readonly rejectionFeedback?: string;
  /** The output that was sent back. */
  readonly previousOutput?: Json;
  readonly [key: string]: unknown;
}

/** The plain data of a {@link StepInput}, as it travels. */
export interface StepInputData<Input = unknown> {
  readonly input: Input;
  readonly previousStepContent: Json;
  readonly previousStepOutputs: Readonly<Record<string, StepOutput>>;
  readonly additionalData: AdditionalData;
  readonly sessionState: Readonly<Record<string, Json>>;
  readonly sessionId: string;
  readonly runId: string;
  readonly userId?: string;
  readonly stepName: string;
  /** Path of the node, unique in the run. */
  readonly path: string;
  /**
   * The same for every attempt of one round of this step: give it to the systems that the step calls. A human's `retry()`
   * begins another round.
   */
  readonly idempotencyKey: string;
}

/** Marks the JSON of a step input on the wire, so that the Node side knows it from any other argument. */
export const STEP_INPUT_MARK = '__holdpoint';

/** Input of an executor, with agno's helper methods, which may be taken out of it: `({ getStepContent }) => …`. */
export class StepInput<Input = unknown> implements StepInputData<Input> {
  readonly input!: Input;
  readonly previousStepContent!: Json;
  readonly previousStepOutputs!: Readonly<Record<string, StepOutput>>;
  readonly additionalData!: AdditionalData;
  readonly sessionState!: Readonly<Record<string, Json>>;
  readonly sessionId!: string;
  readonly runId!: string;
  readonly userId?: string;
  readonly stepName!: string;
  readonly path!: string;
  readonly idempotencyKey!: string;

  constructor(data: StepInputData<Input>) {
    Object.assign(this, data);
  }

  /** The workflow's input as text: a string as it is, anything else as indented JSON; `undefined` when there is none. */
  get getInputAsString(): () => string | undefined {
    return () => {
      if (this.input === undefined || this.input === null) return undefined;
      return typeof this.input === 'string' ? this.input : JSON.stringify(this.input, null, 2);
    };
  }

  /** The output of the named node: a direct predecessor first, then the first one nested in a container (depth first, as agno). */
  get getStepOutput(): (name: string) => StepOutput | undefined {
    return (name) =>
      Object.hasOwn(this.previousStepOutputs, name)
        ? this.previousStepOutputs[name]
        : findNested(Object.values(this.previousStepOutputs), name);
  }

  /** The content of the named node: a container's deepest last one, a Parallel's object by child name. */
  get getStepContent(): (name: string) => Json | undefined {
    return (name) => this.getStepOutput(name)?.content;
  }

  /** All previous contents, each under a heading `=== name ===`, with a blank line between. */
  get getAllPreviousContent(): () => string {
    return () => sectionsOf(Object.entries(this.previousStepOutputs).map(([name, { content }]) => [name, content]));
  }

  /** The content of the last node that has an output; `null` when there is none. */
  get getLastStepContent(): () => Json {
    return () => this.previousStepContent;
  }

  toJSON(): StepInputData<Input> & { [STEP_INPUT_MARK]: 'StepInput' } {
    return { [STEP_INPUT_MARK]: 'StepInput', ...(this as StepInputData<Input>) };
  }
}

/** Content as text: a string as it is, anything else as JSON. */
export function contentAsText(content: Json): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

/** Contents by name, each under its heading; none for what has no text. */
export function sectionsOf(contents: readonly (readonly [name: string, content: Json])[]): string {
  return contents
    .filter(([, content]) => content !== null && contentAsText(content).trim() !== '')
    .map(([name, content]) => `=== ${name} ===\n${contentAsText(content)}`)
    .join('\n\n');
}

function findNested(outputs: readonly StepOutput[], name: string): StepOutput | undefined {
  for (const output of outputs) {
    for (const child of output.steps ?? []) {
      const found = child.name === name ? child : findNested([child], name);
      if (found) return found;
    }
  }
  return undefined;
}
