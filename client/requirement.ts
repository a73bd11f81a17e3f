/**
 * One question of a run, with the methods that answer it. An answer is checked at once, by the same rules as in the
 * workflow, and stays here until `continueRun` sends it; a wrong call throws and stores nothing; the last call wins.
 */
import { checkDecision } from '../workflows/human/answer-rules.ts';
import type { OpenPause } from '../workflows/protocol/memo.ts';
import type { StepRequirement } from '../workflows/protocol/requirement.ts';
import { ANSWER_LIMIT, type Decision } from '../workflows/protocol/signals.ts';
import { InvalidAnswer, RequirementAlreadyResolved } from './errors.ts';

/**
 * The fields of a requirement. Of a run that is not `complete`, an open requirement has a `preview` instead of `input` and
 * `output`, and neither `onReject` nor `maxRetries`; a `userInputSchema` over 2 KB is left out.
 */
export type RequirementFields = Omit<StepRequirement, 'onReject' | 'maxRetries'> &
  Partial<Pick<StepRequirement, 'onReject' | 'maxRetries'>> &
  Pick<OpenPause, 'preview'>;

/** What a decision says, without the requirement that it names. */
type Answer = Omit<Decision, 'requirement' | 'digest'>;
/** A combined gate is answered by two calls, in any order. */
interface Halves {
  readonly confirmed?: true;
  readonly values?: NonNullable<Decision['values']>;
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the constructor copies every field
export interface Requirement extends RequirementFields {}
export class Requirement {
  #answer: Answer | undefined;
  #halves: Halves = {};

  constructor(fields: RequirementFields) {
    Object.assign(this, fields);
  }

  /** Has the run an answer, or needs none any more? */
  get isResolved(): boolean {
    return this.resolution !== undefined;
  }

  /** Is there a whole answer to send? */
  get isAnswered(): boolean {
    return this.#answer !== undefined;
  }

  /** What a combined gate with half an answer still needs: the method to call. */
  get missing(): 'confirm()' | 'setUserInput(values)' | undefined {
    const { confirmed, values } = this.#halves;
    if (this.isAnswered || (!confirmed && values === undefined)) return undefined;
    return confirmed ? 'setUserInput(values)' : 'confirm()';
  }

  /** The answer as `continueRun` sends it; `undefined` while there is none, or half of one. */
  get decision(): Decision | undefined {
    return this.#answer && { requirement: this.id, digest: this.digest, ...this.#answer };
  }

  /** Yes: run it, or keep the output. A combined gate needs {@link setUserInput} too. @throws {InvalidAnswer} */
  confirm(): void {
    if (this.kind === 'confirmation+user_input') this.#giveHalf({ confirmed: true });
    else this.#give({ action: 'confirm' });
  }

  /** No, to any requirement; `onReject` says what follows. @throws {InvalidAnswer} */
  reject(feedback?: string): void {
    this.#give({ action: 'reject', ...(feedback === undefined ? {} : { feedback }) });
  }

  /** Keep the output, with this content instead; any JSON. @throws {InvalidAnswer} */
  edit(output: unknown): void {
    this.#give({ action: 'edit', output });
  }

  /** The values that the step asks for, one key per field. @throws {InvalidAnswer} naming the first field that is wrong. */
  setUserInput(values: Readonly<Record<string, unknown>>): void {
    if (this.kind !== 'confirmation+user_input') return this.#give({ action: 'input', values });
    this.#giveHalf({ values: this.#check({ action: 'confirm', values }).values! });
  }

  /** The routes to take, in this order. @throws {InvalidAnswer} */
  select(...choices: string[]): void {
    this.#give({ action: 'select', choices });
  }

  /** Run a failed step again. @throws {InvalidAnswer} */
  retry(): void {
    this.#give({ action: 'retry' });
  }

  /** Go on without a failed step. @throws {InvalidAnswer} */
  skip(): void {
    this.#give({ action: 'skip' });
  }

  #give(answer: Answer): void {
    this.#answer = this.#check(answer);
    this.#halves = {};
  }

  #giveHalf(half: Halves): void {
    this.#assertOpen();
    this.#halves = { ...this.#halves, ...half };
    const { confirmed, values } = this.#halves;
    this.#answer = confirmed && values !== undefined ? { action: 'confirm', values } : undefined;
  }

  /** The answer as the workflow will read it: plain JSON, detached from the caller's objects. */
  #check(answer: Answer): Answer {
    this.#assertOpen();
    const sent = toJson(this.id, answer);
    const result = checkDecision(this as unknown as StepRequirement, { requirement: this.id, ...sent });
    if (!result.ok) throw new InvalidAnswer(this.id, result.problem);
    return sent;
  }

  #assertOpen(): void {
    if (this.isResolved) throw new RequirementAlreadyResolved(this);
  }
}

function toJson(requirement: string, answer: Answer): Answer {
  let json: string;
  try {
    json = JSON.stringify(answer);
  } catch (error) {
    throw new InvalidAnswer(requirement, `the answer cannot be written as JSON: ${(error as Error).message}`);
  }
  const size = Buffer.byteLength(json);
  if (size > ANSWER_LIMIT) {
    throw new InvalidAnswer(
      requirement,
      `an answer has at most ${ANSWER_LIMIT} bytes of JSON, this one has ${size}; store large data elsewhere and answer with its address`,
    );
  }
  return JSON.parse(json) as Answer;
}
