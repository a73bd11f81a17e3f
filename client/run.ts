/** A run as its reader sees it: the run output, with the open requirements sorted by what they ask for. */
import type { RequirementKind } from '../workflows/protocol/requirement.ts';
import type { RunOutput } from '../workflows/protocol/run-output.ts';
import { copyFields } from './copy-fields.ts';
import type { Cursor } from './history-tail.ts';
import { Requirement, type RequirementFields } from './requirement.ts';

/** A {@link RunOutput} whose requirements may lack what a memo leaves out. */
export type RunFields = Omit<RunOutput, 'stepRequirements'> & {
  readonly stepRequirements: readonly RequirementFields[];
  readonly openCount?: number;
};

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the constructor copies every field
export interface Run extends Omit<RunOutput, 'stepRequirements' | 'journal'> {
  /** How many requirements are open, of a run that is not {@link Run.complete}. */
  readonly openCount?: number;
}
/**
 * One moment of a run; it does not change by itself. Plain JSON with `JSON.stringify`.
 * @example
 * for (const requirement of run.stepsRequiringConfirmation) requirement.confirm();
 * run = await client.continueRun(run);
 */
export class Run {
  /** Every requirement of the run, oldest first. */
  readonly stepRequirements: readonly Requirement[];
  /**
   * False where no worker could be asked and the run's memo had to do: then content, outputs, session state, refused
   * answers and resolved requirements are missing, only the 20 oldest open requirements are there, and each of them
   * shows a `preview` of what is under review. Answering works all the same.
   */
  readonly complete: boolean;

  /** @param answerLimit bytes of JSON of an answer */
  constructor({ journal: _, ...fields }: RunFields, complete: boolean, answerLimit?: number) {
    copyFields(this, fields);
    this.stepRequirements = fields.stepRequirements.map((each) => new Requirement(each, answerLimit));
    this.complete = complete;
  }

  /** Something waits for a human, and nothing else is at work. */
  get isPaused(): boolean {
    return this.status === 'paused';
  }

  /** Who asks: the workflow itself, or an agent in it. Of the oldest open requirement, as {@link pausedStepName}. */
  get pauseKind(): 'step' | 'executor' | undefined {
    return this.activeStepRequirements[0]?.pauseKind;
  }

  /** The top-level node that waits. */
  get pausedStepName(): string | undefined {
    return this.activeStepRequirements[0]?.topLevelStep;
  }

  /** The open ones: several, when branches of a Parallel wait. */
  get activeStepRequirements(): Requirement[] {
    return this.stepRequirements.filter((each) => !each.isResolved);
  }

  get stepsRequiringConfirmation(): Requirement[] {
    return this.#open('confirmation', 'confirmation+user_input');
  }

  get stepsRequiringUserInput(): Requirement[] {
    return this.#open('user_input', 'confirmation+user_input');
  }

  /** Output reviews and iteration reviews. */
  get stepsRequiringOutputReview(): Requirement[] {
    return this.#open('output_review', 'iteration_review');
  }

  get stepsRequiringRoute(): Requirement[] {
    return this.#open('route');
  }

  get stepsRequiringExecutorResolution(): Requirement[] {
    return this.#open('executor');
  }

  get stepsWithErrors(): Requirement[] {
    return this.#open('error');
  }

  #open(...kinds: RequirementKind[]): Requirement[] {
    return this.activeStepRequirements.filter(({ kind }) => kinds.includes(kind));
  }
}

/** Does nothing of it go on any more? */
export function hasEnded({ status }: Pick<RunOutput, 'status'>): boolean {
  return status !== 'running' && status !== 'paused';
}

/** How far the history of a run was read, so that `continueRun` reads on from there. Not part of a run's data. */
const cursors = new WeakMap<Run, Cursor>();

export function cursorOf(run: Run): Cursor | undefined {
  return cursors.get(run);
}

export function withCursor(run: Run, cursor: Cursor): Run {
  cursors.set(run, cursor);
  return run;
}
