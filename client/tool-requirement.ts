/** One tool call that waits, with the methods that answer it: checked at once, by the same rules as in the workflow. */
import { defined } from '../workflows/define/defined.ts';
import { checkToolDecision } from '../workflows/human/tool-answers.ts';
import type { OpenTool } from '../workflows/protocol/memo.ts';
import type { StepRequirement, ToolRequirement as ToolFields } from '../workflows/protocol/requirement.ts';
import type { ToolDecision } from '../workflows/protocol/signals.ts';
import { toAnswer } from './answer-json.ts';
import { copyFields } from './copy-fields.ts';
import { InvalidAnswer, RequirementAlreadyResolved } from './errors.ts';

/** The fields of a tool call. Of a run that is not `complete`, `preview` stands for `args`. */
export type ToolRequirementFields = Omit<ToolFields, 'args'> &
  Partial<Pick<ToolFields, 'args'>> &
  Partial<Pick<OpenTool, 'preview'>>;

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the constructor copies every field
export interface ToolRequirement extends ToolRequirementFields {}
/**
 * @example
 * for (const tool of requirement.tools) tool.toolName === 'refund' ? tool.confirm() : tool.reject('not today');
 */
export class ToolRequirement {
  readonly #requirement: string;
  readonly #closed: RequirementAlreadyResolved | undefined;
  readonly #limit: number;
  #answer: ToolDecision | undefined;

  /**
   * @param limit bytes of JSON of an answer
   * @param closed how the requirement around it ended, which then takes no answer to any call
   */
  constructor(requirement: string, fields: ToolRequirementFields, limit: number, closed?: RequirementAlreadyResolved) {
    this.#requirement = requirement;
    this.#limit = limit;
    this.#closed = closed;
    copyFields(this, fields);
  }

  get isResolved(): boolean {
    return this.resolution !== undefined;
  }

  /** The answer as `continueRun` sends it; `undefined` while there is none. */
  get decision(): ToolDecision | undefined {
    return this.#answer;
  }

  get requiresConfirmation(): boolean {
    return this.kind === 'confirmation';
  }

  get requiresUserInput(): boolean {
    return this.kind === 'user_input';
  }

  get isExternalExecution(): boolean {
    return this.kind === 'external_execution';
  }

  /** Let it run with the arguments shown. @throws {InvalidAnswer} */
  confirm(): void {
    this.#give({ action: 'confirm' });
  }

  /** It does not run; the model is told the note. @throws {InvalidAnswer} */
  reject(note?: string): void {
    this.#give(defined({ action: 'reject', note }));
  }

  /** The values that it asks for; it runs with them. @throws {InvalidAnswer} naming the first that is wrong */
  provideUserInput(values: Readonly<Record<string, unknown>>): void {
    this.#give({ action: 'input', values });
  }

  /** What came of it where it really ran: a text, or any JSON. @throws {InvalidAnswer} */
  setExternalExecutionResult(result: unknown): void {
    this.#give({ action: 'result', result });
  }

  #give(answer: ToolDecision): void {
    if (this.#closed) throw this.#closed;
    const { toolCallId, resolution, resolvedBy, resolvedAt } = this;
    if (resolution !== undefined) {
      const id = `${this.#requirement} ${toolCallId}`;
      throw new RequirementAlreadyResolved(defined({ id, resolution, resolvedBy, resolvedAt }));
    }
    const sent = toAnswer(this.#requirement, answer, this.#limit);
    const asked = { tools: [this] } as unknown as StepRequirement;
    const checked = checkToolDecision(asked, { requirement: this.#requirement, tools: { [toolCallId]: sent } });
    if (!checked.ok) throw new InvalidAnswer(this.#requirement, checked.problem);
    this.#answer = sent;
  }
}
