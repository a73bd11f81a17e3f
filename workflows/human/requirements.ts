/**
 * The record of everything that was asked and answered: a pure reducer, no Temporal import.
 * Keeps H3 (one requirement, one resolution; the first valid answer wins) and H5 (every answer names its requirement).
 */
import { cut } from '../define/cut.ts';
import { defined } from '../define/defined.ts';
import { jsonBytes } from '../define/json.ts';
import type {
  RefusalCode,
  RefusedAnswer,
  RequirementKind,
  RequirementRequest,
  StepRequirement,
  ToolRequirement,
} from '../protocol/requirement.ts';
import { flagsOf, TIMEOUT_ACTOR } from '../protocol/requirement.ts';
import type { Decision } from '../protocol/signals.ts';
import { type Answer, checkDecision, SHOWN_OTHERWISE } from './answer-rules.ts';
import { atDeadline } from './at-deadline.ts';
import { digestOf } from './digest.ts';
import { PathCounters } from './path-counters.ts';
import { answeredCalls, REJECTED_NOTE, type ToolAnswer } from './tool-answers.ts';

/** How many refused answers a run keeps; the rest is a count. */
export const REFUSED_LIMIT = 20;
/** Lengths in a refusal: what a sender wrote stands in it, and all of them together must fit the run's result. */
const REASON_LIMIT = 500;
const ID_LIMIT = 200;
/** Characters of a text in an answer that is carried in brief. */
const BRIEF_LIMIT = 100;

/** Answered requirements that a run takes along in full when it continues as new, and before them in brief. */
const CARRIED_IN_FULL = 50;
const CARRIED_IN_BRIEF = 200;
const CARRIED_BYTES = 200_000;

export interface CarriedRequirements {
  readonly all: readonly StepRequirement[];
  readonly earlier: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly refused: { readonly count: number; readonly newest: readonly RefusedAnswer[] };
}

/** Who sent an answer, how and when. */
export interface Sender {
  readonly signal: string;
  readonly by?: string;
  readonly decisionId?: string;
  /** ISO 8601. */
  readonly at: string;
}

const ID_SUFFIX: Readonly<Record<RequirementKind, string>> = {
  confirmation: 'confirmation',
  user_input: 'userInput',
  'confirmation+user_input': 'confirmation+userInput',
  output_review: 'outputReview',
  iteration_review: 'iterationReview',
  route: 'route',
  executor: 'executor',
  error: 'error',
};

export class Requirements {
  /** Oldest first. */
  readonly all: StepRequirement[] = [];
  readonly refused: { count: number; readonly newest: RefusedAnswer[] };
  readonly #executionId: string;
  readonly #indexById = new Map<string, number>();
  readonly #openIdSet = new Set<string>();

  /** How many questions of a kind there were at a path. */
  readonly numbers: PathCounters;
  /** Answered ones that are not in {@link all} any more, since the run continued as new. */
  readonly earlier: number;

  /** @param executionId tells this run from an earlier one with the same id: their digests differ */
  constructor(executionId: string, carried?: CarriedRequirements) {
    this.#executionId = executionId;
    const { numbers, earlier = 0, refused, all = [] } = carried ?? {};
    this.numbers = new PathCounters(numbers);
    this.earlier = earlier;
    this.refused = { count: refused?.count ?? 0, newest: [...(refused?.newest ?? [])] };
    for (const requirement of all) this.#add(requirement);
  }

  /**
   * What goes on in another execution: the open ones and the newest in full, the ones before in brief, the rest as a number;
   * all of them are in the histories of the executions in which they were answered.
   * @param needed ids that the run has not done with
   */
  carried(needed: ReadonlySet<string>): CarriedRequirements {
    let [inFull, brief, bytes] = [CARRIED_IN_FULL, CARRIED_IN_BRIEF, CARRIED_BYTES];
    const newestFirst = this.all.toReversed().flatMap((requirement) => {
      if (requirement.resolution === undefined || needed.has(requirement.id)) return [requirement];
      inFull -= 1;
      bytes -= jsonBytes(requirement);
      if (inFull >= 0 && bytes >= 0) return [requirement];
      brief -= 1;
      return brief >= 0 ? [inBrief(requirement)] : [];
    });
    const kept = newestFirst.toReversed();
    const { numbers, refused } = this;
    return { numbers: numbers.toJSON(), refused, all: kept, earlier: this.earlier + this.all.length - kept.length };
  }

  get open(): StepRequirement[] {
    return [...this.#openIdSet].map((id) => this.get(id)!);
  }

  isOpen(id: string): boolean {
    return this.#openIdSet.has(id);
  }

  /** The requirement as it stands now. */
  get(id: string): StepRequirement | undefined {
    const index = this.#indexById.get(id);
    return index === undefined ? undefined : this.all[index];
  }

  /** Records a new question. The n-th of one kind on one path ends in `~n`. */
  ask(request: RequirementRequest, createdAt: Date, timeoutMs: number | undefined): StepRequirement {
    const { kind } = request;
    const suffix = `#${ID_SUFFIX[kind]}`;
    const stem = request.path + suffix;
    const round = this.numbers.next(request.path, suffix);
    const id = round === 1 ? stem : `${stem}~${round}`;
    const requirement: StepRequirement = {
      id,
      digest: digestOf(this.#executionId, id, request),
      ...request,
      onTimeout: atDeadline(kind, request.onTimeout),
      ...flagsOf(kind),
      createdAt: createdAt.toISOString(),
      ...(timeoutMs === undefined ? {} : { timeoutAt: new Date(createdAt.getTime() + timeoutMs).toISOString() }),
    };
    this.#add(requirement);
    return requirement;
  }

  #add(requirement: StepRequirement): void {
    const { id, resolution } = requirement;
    this.#indexById.set(id, this.all.length);
    if (resolution === undefined) this.#openIdSet.add(id);
    this.all.push(requirement);
  }

  /** Applies an answer, or records why it changes nothing. */
  answer(decision: Decision, sender: Sender): 'accepted' | 'refused' {
    const requirement = this.get(decision.requirement);
    const refuse = (code: RefusalCode, reason: string) => this.refuse(code, reason, sender, decision.requirement);
    if (!requirement) return refuse('not_found', `no requirement has this id; open: ${this.openIds()}`);
    if (requirement.resolution !== undefined) return refuse('already_resolved', resolvedSentence(requirement));
    if (decision.digest !== undefined && decision.digest !== requirement.digest) {
      return refuse('digest_mismatch', SHOWN_OTHERWISE);
    }
    const [answered] = answeredCalls(requirement, decision);
    if (answered)
      return refuse('already_resolved', `tool call '${answered.toolCallId}' is ${resolvedSentence(answered)}`);
    const checked = checkDecision(requirement, decision);
    if (!checked.ok) return refuse('invalid', checked.problem);
    const { toolAnswers, ...answer } = checked.value;
    if (toolAnswers) this.#answerTools(requirement, toolAnswers, sender);
    else this.#resolve(requirement, answer, sender);
    return 'accepted';
  }

  /** Closes a requirement whose deadline passed unanswered. */
  expire(id: string, at: Date): void {
    const requirement = this.get(id)!;
    const { kind, onTimeout } = requirement;
    const timer: Sender = { signal: '', by: TIMEOUT_ACTOR, at: at.toISOString() };
    const answers = kind === 'executor' ? timeoutAnswers(requirement) : undefined;
    if (answers) return this.#answerTools(requirement, answers, timer);
    const resolution = kind === 'executor' ? 'cancelled' : TIMEOUT_RESOLUTION[onTimeout];
    this.#resolve(requirement, { resolution }, timer);
  }

  /** Closes a requirement that nobody needs any more. */
  withdraw(id: string, at: Date): void {
    const requirement = this.get(id)!;
    this.#resolve(requirement, { resolution: 'withdrawn' }, { signal: '', at: at.toISOString() });
  }

  /** Records an answer that changes nothing. */
  refuse(code: RefusalCode, reason: string, sender: Sender, requirement?: string): 'refused' {
    this.refused.count += 1;
    const about = requirement && cut(requirement, ID_LIMIT);
    this.refused.newest.push(defined({ code, reason: cut(reason, REASON_LIMIT), ...sender, requirement: about }));
    if (this.refused.newest.length > REFUSED_LIMIT) this.refused.newest.shift();
    return 'refused';
  }

  /** The open ids, for a sentence; the first ten. */
  openIds(): string {
    const ids = [...this.#openIdSet];
    return ids.length === 0 ? 'none' : `${ids.slice(0, 10).join(', ')}${ids.length > 10 ? `, … (${ids.length})` : ''}`;
  }

  /** Answers some of the calls of an executor pause; it is resolved with the last of them. */
  #answerTools(requirement: StepRequirement, answers: ReadonlyMap<string, ToolAnswer>, sender: Sender): void {
    const tools = requirement.tools!.map((tool) => {
      const answer = answers.get(tool.toolCallId);
      return answer ? { ...tool, ...answer, ...stamp(sender) } : tool;
    });
    const answered = { ...requirement, tools };
    if (tools.some(({ resolution }) => resolution === undefined)) {
      this.#replace(answered);
      return;
    }
    const rejected = tools.every(({ resolution }) => resolution === 'rejected');
    // Whose word the whole is, only where it is one person's: the calls tell the rest.
    const { by, ...others } = sender;
    const same = by !== undefined && tools.every(({ resolvedBy }) => resolvedBy === by);
    this.#resolve(answered, { resolution: rejected ? 'rejected' : 'confirmed' }, same ? sender : others);
  }

  /** Records what became of a tool call that was let run. */
  recordOutcome(id: string, toolCallId: string, outcome: NonNullable<ToolRequirement['outcome']>): void {
    const requirement = this.get(id)!;
    const tools = requirement.tools!.map((tool) => (tool.toolCallId === toolCallId ? { ...tool, outcome } : tool));
    this.#replace({ ...requirement, tools });
  }

  #resolve(requirement: StepRequirement, answer: Omit<Answer, 'toolAnswers'>, sender: Sender): void {
    this.#openIdSet.delete(requirement.id);
    this.#replace({ ...requirement, ...answer, ...stamp(sender) });
  }

  #replace(requirement: StepRequirement): void {
    this.all[this.#indexById.get(requirement.id)!] = requirement;
  }
}

/** Who decided what, without what was shown and given. */
export function inBrief(requirement: StepRequirement): StepRequirement {
  const { input, output, userInputSchema, tools, editedOutput, userInput, result, ...rest } = requirement;
  const { message, rejectionFeedback: feedback, previousFeedback, ...brief } = rest;
  return defined({
    ...brief,
    message: message && cut(message, BRIEF_LIMIT),
    rejectionFeedback: feedback && cut(feedback, BRIEF_LIMIT),
  });
}

/** Who resolved something, and when. */
function stamp({ by, decisionId, at }: Sender): Pick<StepRequirement, 'resolvedAt' | 'resolvedBy' | 'decisionId'> {
  return defined({ resolvedAt: at, resolvedBy: by, decisionId });
}

/**
 * What a passed deadline answers to the calls that are still open; `undefined`: it cancels. An approval cannot give
 * values or a result.
 */
function timeoutAnswers({ tools = [], onTimeout }: StepRequirement): ReadonlyMap<string, ToolAnswer> | undefined {
  const open = tools.filter(({ resolution }) => resolution === undefined);
  const approve = onTimeout === 'approve' && open.every(({ kind }) => kind === 'confirmation');
  if (onTimeout === 'cancel' || (onTimeout === 'approve' && !approve)) return undefined;
  const answer: ToolAnswer = approve
    ? { resolution: 'confirmed' }
    : { resolution: 'rejected', note: `${REJECTED_NOTE}: nobody answered in time` };
  return new Map(open.map(({ toolCallId }) => [toolCallId, answer]));
}

const TIMEOUT_RESOLUTION = { approve: 'confirmed', reject: 'rejected', skip: 'skipped', cancel: 'cancelled' } as const;

function resolvedSentence({
  resolution,
  resolvedBy,
  resolvedAt,
}: Pick<StepRequirement | ToolRequirement, 'resolution' | 'resolvedBy' | 'resolvedAt'>): string {
  return `already ${resolution}${resolvedBy === undefined ? '' : ` by ${resolvedBy}`} at ${resolvedAt}`;
}
