/** What became of the decisions of one answer, as the run's record tells. Pure. */
import { cut } from '../workflows/define/cut.ts';
import type { StepRequirement } from '../workflows/protocol/requirement.ts';
import { InvalidAnswer, type Refusal, RequirementAlreadyResolved, RunNotPaused } from './errors.ts';
import { hasEnded, type Run } from './run.ts';

/** A refused answer keeps this much of the id that it named. */
const KEPT_OF_ID = 200;

/** An answer on its way: the signal's id, and the requirements that it decides. */
export interface SentAnswer {
  readonly decisionId: string;
  readonly requirements: readonly string[];
}

/** Of an answer that the run has neither taken nor refused. */
const NOT_TAKEN = 'the run did not take the answer';

/**
 * Did every decision take effect? False where that is not known yet: something of the worker's may keep the answer back.
 * @throws {RequirementAlreadyResolved | InvalidAnswer} for the first refused one, with a list of all
 * @throws {RunNotPaused} when the run ended before the answer took effect
 */
export function isAccepted(run: Run, answer: SentAnswer): boolean {
  const refusals = answer.requirements.flatMap((id) => refusalOf(run, answer.decisionId, id) ?? []);
  const [first] = refusals;
  if (!first) return true;
  if (run.handling && refusals.some(({ reason }) => reason === NOT_TAKEN)) return false;
  const context = { refusals, run };
  if (first.code !== 'already_resolved') throw new InvalidAnswer(first.requirement, first.reason, context);
  throw new RequirementAlreadyResolved(requirementOf(run, first.requirement) ?? { id: first.requirement }, context);
}

function refusalOf(run: Run, decisionId: string, id: string): Refusal | undefined {
  const requirement = requirementOf(run, id);
  const took = [requirement, ...(requirement?.tools ?? [])].some((each) => each?.decisionId === decisionId);
  if (took) return undefined;
  const refused = run.refusedAnswers.newest.find(
    (each) => each.decisionId === decisionId && (each.requirement ?? cut(id, KEPT_OF_ID)) === cut(id, KEPT_OF_ID),
  );
  if (refused) return { requirement: id, code: refused.code, reason: refused.reason };
  // The record keeps only the newest refusals: then the requirement itself has to tell.
  if (requirement?.resolution !== undefined) {
    return { requirement: id, code: 'already_resolved', reason: `already ${requirement.resolution}` };
  }
  if (hasEnded(run)) throw new RunNotPaused(run);
  return requirement
    ? { requirement: id, code: 'invalid', reason: NOT_TAKEN }
    : { requirement: id, code: 'not_found', reason: 'the run has no requirement with this id' };
}

function requirementOf(run: Run, id: string): StepRequirement | undefined {
  return run.stepRequirements.find((each) => each.id === id) as StepRequirement | undefined;
}
