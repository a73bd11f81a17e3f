/**
 * The answers of one run: which one is next for what is asked, and which ones were never asked for. The most exact key
 * wins: a requirement's id, for a tool call its id and its tool, then the step, then the kind.
 */
import type { Requirement } from '../../client/requirement.ts';
import type { ToolRequirement } from '../../client/tool-requirement.ts';
import { type Answer, type AnswerFunction, askedOf, inWords, resolveAnswer } from './answer.ts';
import { describeQuestion } from './question.ts';

/** One answer, given once; several, given one after the other; or a function, called as often as it is asked. */
export type AnswerOrList = Answer | AnswerFunction | readonly (Answer | AnswerFunction)[];

/**
 * What the humans of a test say, by the name of a step (`pay`), of a tool (`deleteRecords`), by kind (`confirmation`,
 * `route`, …) or by the id of one requirement (`refine[2]/draft#outputReview`).
 */
export type Answers = Readonly<Record<string, AnswerOrList>>;

/** Something was asked that no answer is for. */
export class MissingAnswer extends Error {
  override readonly name = 'MissingAnswer';
}

/** Answers were left over: what they are for was not asked, or not as often. */
export class UnusedAnswer extends Error {
  override readonly name = 'UnusedAnswer';
}

/** Something that waits for one answer: a requirement, or a tool call of one. */
export interface Question {
  /** The same for as long as it is open. */
  readonly id: string;
  readonly requirement: Requirement;
  readonly call?: ToolRequirement;
}

export class AnswerBook {
  readonly #answers: Answers;
  readonly #used = new Map<string, number>();
  readonly #asked: string[] = [];

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** The questions of an open requirement: its tool calls one by one where an answer names the tool, else the whole. */
  questionsOf(requirement: Requirement): Question[] {
    const { id, kind, tools } = requirement;
    if (kind !== 'executor' || this.#has(id)) return [{ id, requirement }];
    const open = tools.filter(({ isResolved }) => !isResolved);
    const named = open.filter((call) => this.#has(call.toolCallId) || this.#has(call.toolName));
    const calls = named.map((call) => ({ id: `${id} ${call.toolCallId}`, requirement, call }));
    return named.length === open.length ? calls : [...calls, { id, requirement }];
  }

  /** @throws {MissingAnswer} telling what is asked, and what to add */
  async next(question: Question, note?: string): Promise<Answer> {
    const keys = keysOf(question);
    this.#asked.push(question.call?.toolName ?? question.requirement.id);
    const key = keys.find((each) => this.#has(each));
    if (key === undefined) throw new MissingAnswer(this.#missing(question, keys, note));
    const used = this.#used.get(key) ?? 0;
    this.#used.set(key, used + 1);
    const given = listOf(this.#answers[key]!);
    const answer = given[Math.min(used, given.length - 1)]!;
    return resolveAnswer(answer, askedOf(question.requirement, question.call), key);
  }

  /** @throws {UnusedAnswer} naming what is left */
  assertUsedUp(): void {
    const left = Object.entries(this.#answers).flatMap(([key, answers]) => {
      const given = listOf(answers);
      const used = this.#used.get(key) ?? 0;
      return given.slice(used).map((answer, index) => {
        const place = Array.isArray(answers) ? `${key}[${used + index}]` : key;
        return `  ${place}: ${inWords(answer)}`;
      });
    });
    if (left.length === 0) return;
    const asked = this.#asked.length === 0 ? 'nothing' : [...new Set(this.#asked)].join(', ');
    throw new UnusedAnswer(`nobody asked for these answers:\n${left.join('\n')}\nThe run asked for: ${asked}.`);
  }

  /** Is there an answer left under this key? A function is never used up. */
  #has(key: string): boolean {
    if (!Object.hasOwn(this.#answers, key)) return false;
    const given = listOf(this.#answers[key]!);
    return (this.#used.get(key) ?? 0) < given.length || typeof given.at(-1) === 'function';
  }

  #missing(question: Question, keys: readonly string[], note: string | undefined): string {
    const spent = keys.find((key) => Object.hasOwn(this.#answers, key));
    const why = spent === undefined ? '' : ` (all answers of \`${spent}\` are given)`;
    return `nobody answers${why}:\n${describeQuestion(question)}${note === undefined ? '' : `\n${note}`}`;
  }
}

function keysOf({ requirement, call }: Question): string[] {
  const { id, stepName, kind } = requirement;
  return call ? [call.toolCallId, call.toolName] : [id, stepName, kind];
}

function listOf(answers: AnswerOrList): readonly (Answer | AnswerFunction)[] {
  return Array.isArray(answers) ? answers : [answers as Answer | AnswerFunction];
}
