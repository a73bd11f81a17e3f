/**
 * One question of a run, with the methods that answer it. An answer is checked at once, by the same rules as in the
 * workflow, and stays here until `continueRun` sends it; a wrong call throws and stores nothing; the last call wins.
 */
import { defined } from '../workflows/define/defined.ts';
import { checkDecision } from '../workflows/human/answer-rules.ts';
import { callIds } from '../workflows/human/tool-answers.ts';
import type { OpenPause } from '../workflows/protocol/memo.ts';
import type { StepRequirement } from '../workflows/protocol/requirement.ts';
import { ANSWER_LIMIT, type Decision, type ToolDecision } from '../workflows/protocol/signals.ts';
import { toAnswer } from './answer-json.ts';
import { copyFields } from './copy-fields.ts';
import { InvalidAnswer, RequirementAlreadyResolved } from './errors.ts';
import { ToolRequirement, type ToolRequirementFields } from './tool-requirement.ts';

/**
 * The fields of a requirement. Of a run that is not `complete`, an open requirement has a `preview` instead of `input` and
 * `output`, and neither `onReject` nor `maxRetries`; a `userInputSchema` over 2 KB is left out.
 */
export type RequirementFields = Omit<StepRequirement, 'onReject' | 'maxRetries' | 'tools'> &
  Partial<Pick<StepRequirement, 'onReject' | 'maxRetries'>> &
  Pick<OpenPause, 'preview' | 'toolCount'> & { readonly tools?: readonly ToolRequirementFields[] };

/** What a decision says, without the requirement that it names. */
type Answer = Omit<Decision, 'requirement' | 'digest'>;
/** A combined gate is answered by two calls, in any order. */
interface Halves {
  readonly confirmed?: true;
  readonly values?: NonNullable<Decision['values']>;
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the constructor copies every field
export interface Requirement extends Omit<RequirementFields, 'tools'> {
  /** The tool calls of an executor pause; empty for any other. Each has its own answer. */
  readonly tools: readonly ToolRequirement[];
}
export class Requirement {
  #answer: Answer | undefined;
  #halves: Halves = {};
  readonly #limit: number;

  /** @param limit bytes of JSON of an answer */
  constructor({ tools = [], ...fields }: RequirementFields, limit: number = ANSWER_LIMIT) {
    copyFields(this, fields);
    this.#limit = limit;
    const closed = this.isResolved ? new RequirementAlreadyResolved(this) : undefined;
    const value = tools.map((tool) => new ToolRequirement(fields.id, tool, limit, closed));
    // As JSON, a requirement is its fields.
    Object.defineProperty(this, 'tools', { value, enumerable: value.length > 0 });
  }

  /** Has the run an answer, or needs none any more? */
  get isResolved(): boolean {
    return this.resolution !== undefined;
  }

  /** Is there a whole answer to send? */
  get isAnswered(): boolean {
    return this.decision !== undefined;
  }

  /** What a combined gate with half an answer still needs: the method to call. */
  get missing(): 'confirm()' | 'setUserInput(values)' | undefined {
    const { confirmed, values } = this.#halves;
    if (this.isAnswered || (!confirmed && values === undefined)) return undefined;
    return confirmed ? 'setUserInput(values)' : 'confirm()';
  }

  /** The answer as `continueRun` sends it; `undefined` while there is none, or half of one. */
  get decision(): Decision | undefined {
    const answered = this.tools.flatMap(({ toolCallId, decision }) =>
      decision ? [[toolCallId, decision] as const] : [],
    );
    const tools: Readonly<Record<string, ToolDecision>> = Object.fromEntries(answered);
    const answer = this.kind === 'executor' ? answered.length > 0 && { tools } : this.#answer;
    return answer ? { requirement: this.id, digest: this.digest, ...answer } : undefined;
  }

  /**
   * Yes: run it, or keep the output. A combined gate needs {@link setUserInput} too. On an executor pause: to all its
   * calls that still wait and have no answer here: a no stays a no. @throws {InvalidAnswer}
   */
  confirm(): void {
    if (this.kind === 'executor')
      this.#toEach(
        (tool) => tool.confirm(),
        ({ decision }) => decision === undefined,
      );
    else if (this.kind === 'confirmation+user_input') this.#giveHalf({ confirmed: true });
    else this.#give({ action: 'confirm' });
  }

  /**
   * No, to any requirement; `onReject` says what follows. On an error pause it cancels the run; on an executor pause it is
   * to all its calls that still wait, and the model is told the feedback. @throws {InvalidAnswer}
   */
  reject(feedback?: string): void {
    if (this.kind === 'executor') this.#toEach((tool) => tool.reject(feedback));
    else this.#give(defined({ action: 'reject', feedback }));
  }

  /** Keep the output, with this content instead; any JSON. @throws {InvalidAnswer} */
  edit(output: unknown): void {
    this.#give({ action: 'edit', output });
  }

  /** The values that the step asks for, one key per field. @throws {InvalidAnswer} naming the first field that is wrong. */
  setUserInput(values: Readonly<Record<string, unknown>>): void {
    if (this.kind === 'executor') return this.provideUserInput(values);
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

  /** Go on without a failed step; where a tool call may have run, with its result. @throws {InvalidAnswer} */
  skip(result?: unknown): void {
    this.#give(defined({ action: 'skip', result }));
  }

  /** The values that the tool call of an executor pause asks for. @throws {InvalidAnswer} where there are several calls */
  provideUserInput(values: Readonly<Record<string, unknown>>): void {
    this.#onlyTool().provideUserInput(values);
  }

  /** The result of the tool call of an executor pause. @throws {InvalidAnswer} where there are several calls */
  setExternalExecutionResult(result: unknown): void {
    this.#onlyTool().setExternalExecutionResult(result);
  }

  /** All or none: what one call does not take, none of them gets. */
  #toEach(answer: (tool: ToolRequirement) => void, isMeant: (tool: ToolRequirement) => boolean = () => true): void {
    this.#assertOpen();
    const { toolCount = this.tools.length } = this;
    if (toolCount > this.tools.length) {
      const problem = `with no worker up, ${this.tools.length} of its ${toolCount} calls are known: answer them one by one, in \`tools\``;
      throw new InvalidAnswer(this.id, problem);
    }
    const open = this.tools.filter((tool) => !tool.isResolved && isMeant(tool));
    for (const tool of open) answer(new ToolRequirement(this.id, tool, this.#limit));
    for (const tool of open) answer(tool);
  }

  #onlyTool(): ToolRequirement {
    this.#assertOpen();
    const [tool, another] = this.tools;
    if (tool && !another) return tool;
    const problem = `answer one of its calls, in \`tools\`: ${callIds(this.tools)}`;
    throw new InvalidAnswer(this.id, tool ? problem : 'no tool call waits here');
  }

  #give(answer: Answer): void {
    this.#answer = this.#check(answer);
    this.#halves = {};
  }

  #giveHalf(half: Halves): void {
    this.#assertOpen();
    this.#halves = { ...this.#halves, ...half };
    const { confirmed, values } = this.#halves;
    if (confirmed) this.#answer = values === undefined ? undefined : { action: 'confirm', values };
  }

  /** The answer as the workflow will read it: plain JSON, detached from the caller's objects. */
  #check(answer: Answer): Answer {
    this.#assertOpen();
    const sent = toAnswer(this.id, answer, this.#limit);
    const result = checkDecision(this as unknown as StepRequirement, { requirement: this.id, ...sent });
    if (!result.ok) throw new InvalidAnswer(this.id, result.problem);
    return sent;
  }

  #assertOpen(): void {
    if (this.isResolved) throw new RequirementAlreadyResolved(this);
  }
}
