/** The tree of outputs while it grows: what the query shows at any moment, and what a cancelled or failed run keeps. */
import { Place } from '../human/place.ts';
import { contentOf, type StepOutput, type StepType } from '../define/step-output.ts';

/** The place of one node in its container: empty, at work, or with its output. */
export class Slot {
  /** What the node has done. */
  readonly place: Place;
  #content: StepOutput | Frame | undefined;

  constructor(place: Place) {
    this.place = place;
  }

  set(output: StepOutput): void {
    this.#content = output;
  }

  /** The node is omitted, or starts again. */
  clear(): void {
    this.#content = undefined;
  }

  /** The node is a container at work. */
  open(name: string, type: StepType): Frame {
    const frame = new Frame(name, type);
    this.#content = frame;
    return frame;
  }

  snapshot(): StepOutput | undefined {
    return this.#content instanceof Frame ? this.#content.asOutput() : this.#content;
  }
}

/** A container at work. */
export class Frame {
  readonly name: string;
  readonly type: StepType;
  #slots: Slot[] = [];

  constructor(name: string, type: StepType) {
    this.name = name;
    this.type = type;
  }

  slot(place: Place): Slot {
    const slot = new Slot(place);
    this.#slots.push(slot);
    return slot;
  }

  /** Slots as they were when the run continued as new: `null` for an omitted node. */
  restore(contents: readonly (StepOutput | null)[]): void {
    for (const content of contents) {
      const slot = this.slot(new Place());
      if (content) slot.set(content);
    }
  }

  contents(): (StepOutput | null)[] {
    return this.#slots.map((slot) => slot.snapshot() ?? null);
  }

  /** Children so far, in the order of their slots. */
  outputs(): StepOutput[] {
    return this.#slots.flatMap((slot) => slot.snapshot() ?? []);
  }

  /** How many slots there are: a mark for {@link dropFirst}. */
  get size(): number {
    return this.#slots.length;
  }

  /** Forgets the oldest slots. */
  dropFirst(count: number): void {
    this.#slots.splice(0, count);
  }

  /** What the container is with these outputs of its children. */
  withOutputs(steps: readonly StepOutput[]): StepOutput {
    const { name, type } = this;
    return { name, type, content: contentOf(type, steps), success: steps.every(({ success }) => success), steps };
  }

  /** What the container has so far; nothing while no child has an output. */
  asOutput(): StepOutput | undefined {
    const steps = this.outputs();
    return steps.length === 0 ? undefined : this.withOutputs(steps);
  }
}
