/** An answer as the workflow will read it: plain JSON, detached from the caller's objects, and not too large to send. */
import { ANSWER_LIMIT } from '../workflows/protocol/signals.ts';
import { InvalidAnswer } from './errors.ts';
import { adviceFor } from './size-limits.ts';

/** @throws {InvalidAnswer} */
export function toAnswer<T extends object>(requirement: string, answer: T): T {
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
      `an answer has at most ${ANSWER_LIMIT} bytes of JSON, this one has ${size}; ${adviceFor(ANSWER_LIMIT)}`,
    );
  }
  return JSON.parse(json) as T;
}
