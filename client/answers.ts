/** From what a person decided to the decisions that are sent: checked here first, by the same rules as in the workflow. */
import { checkDecision, SHOWN_OTHERWISE } from '../workflows/human/answer-rules.ts';
import { readSignal } from '../workflows/human/read-answer.ts';
import { answeredCalls } from '../workflows/human/tool-answers.ts';
import type { StepRequirement } from '../workflows/protocol/requirement.ts';
import { ANSWER_LIMIT, CONTINUE_RUN, type Decision } from '../workflows/protocol/signals.ts';
import { toAnswer } from './answer-json.ts';
import { InvalidAnswer, RequirementAlreadyResolved, RunNotPaused, UnresolvedRequirements } from './errors.ts';
import type { Run } from './run.ts';
import { adviceFor } from './size-limits.ts';

/**
 * The decisions made on the requirement objects of a run. With several open, some may stay unanswered.
 * @throws {RunNotPaused | UnresolvedRequirements}
 */
export function decisionsOf(run: Run): Decision[] {
  const open = openOf(run);
  const half = open.filter((each) => each.missing !== undefined);
  if (half.length > 0) {
    throw new UnresolvedRequirements(
      run.runId,
      half.map(({ id }) => id),
      `half of the answer is there, call ${half[0]!.missing} too, or reject()`,
    );
  }
  const decisions = open.flatMap(({ decision }) => decision ?? []);
  if (decisions.length > 0) return decisions;
  throw new UnresolvedRequirements(
    run.runId,
    open.map(({ id }) => id),
    'call a method of the requirement (confirm, reject, …) before continueRun',
  );
}

/**
 * Decisions given by hand, with the digests of what the run shows now filled in.
 * @throws {RunNotPaused | UnresolvedRequirements | RequirementAlreadyResolved | InvalidAnswer}
 */
export function checkDecisions(run: Run, decisions: readonly Decision[]): Decision[] {
  const resolved = decisions.flatMap(({ requirement }) => find(run, requirement) ?? []).find((each) => each.isResolved);
  if (resolved) throw new RequirementAlreadyResolved(resolved);
  const open = openOf(run);
  if (decisions.length === 0) {
    throw new UnresolvedRequirements(
      run.runId,
      open.map(({ id }) => id),
      'decisions is empty',
    );
  }
  return decisions.map((decision, index) => {
    const twice = decisions.findIndex((each) => each.requirement === decision.requirement) !== index;
    if (twice) throw new InvalidAnswer(decision.requirement, 'it is decided twice in one call');
    return checkOne(run, decision);
  });
}

function checkOne(run: Run, given: Decision): Decision {
  const decision = toAnswer(given.requirement, given, Number.POSITIVE_INFINITY);
  const requirement = find(run, decision.requirement);
  if (!requirement) {
    // A memo shows only the oldest open ones: then the workflow has to tell.
    if (!run.complete) return decision;
    const open = run.activeStepRequirements.map(({ id }) => id).join(', ');
    throw new InvalidAnswer(String(decision.requirement), `run '${run.runId}' has no such requirement; open: ${open}`);
  }
  if (decision.digest !== undefined && decision.digest !== requirement.digest) {
    throw new InvalidAnswer(requirement.id, SHOWN_OTHERWISE);
  }
  const [answered] = answeredCalls(requirement as unknown as StepRequirement, decision);
  // Of the call, not of the requirement, which waits on.
  if (answered) throw new RequirementAlreadyResolved({ ...answered, id: `${requirement.id} ${answered.toolCallId}` });
  const checked = checkDecision(requirement as unknown as StepRequirement, decision);
  if (!checked.ok) throw new InvalidAnswer(requirement.id, checked.problem);
  return { ...decision, digest: requirement.digest };
}

function openOf(run: Run): Run['activeStepRequirements'] {
  const open = run.activeStepRequirements;
  if (open.length === 0) throw new RunNotPaused(run);
  return open;
}

function find(run: Run, id: string): Run['stepRequirements'][number] | undefined {
  return run.stepRequirements.find((each) => each.id === id);
}

/**
 * What a run would not read, by its own rules, and what one signal cannot carry.
 * @param limit bytes of JSON
 * @throws {InvalidAnswer} naming the decision, or the largest
 */
export function checkAnswer(decisions: readonly Decision[], by?: string, limit: number = ANSWER_LIMIT): void {
  checkSize(decisions, by, limit);
  const signal = { decisionId: 'to be sent', by, decisions };
  const [first] = readSignal(CONTINUE_RUN, signal, Number.POSITIVE_INFINITY).problems;
  if (first) throw new InvalidAnswer(first.requirement ?? decisions[0]!.requirement, first.problem);
}

function checkSize(decisions: readonly Decision[], by: string | undefined, limit: number): void {
  const sizes = decisions.map((decision) => Buffer.byteLength(JSON.stringify(decision)));
  const total = sizes.reduce((sum, size) => sum + size, Buffer.byteLength(JSON.stringify(by ?? '')));
  if (total <= limit - 1024) return;
  const largest = decisions[sizes.indexOf(Math.max(...sizes))]!;
  throw new InvalidAnswer(
    largest.requirement,
    `the answers of one call and who gives them have at most ${limit} bytes of JSON together, these have ${total}; ${adviceFor(limit)}`,
  );
}
