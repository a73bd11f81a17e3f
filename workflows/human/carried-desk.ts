/** What another execution needs to know of the desk. */
import type { Announced } from './announce.ts';
import type { Untold } from './journal.ts';
import type { PublishedState } from './publish.ts';
import type { CarriedRequirements } from './requirements.ts';

export interface CarriedDesk {
  readonly requirements: CarriedRequirements;
  readonly published: PublishedState;
  readonly sequence: number;
  readonly untold: readonly Untold[];
  readonly decisions: readonly string[];
  /** Decisions that no memo has told of. */
  readonly decided?: readonly (readonly [string, string])[] | undefined;
  /** Requirements that somebody outside has been told of, and when they want to be reminded. */
  readonly announced: { readonly [requirement: string]: Announced };
}
