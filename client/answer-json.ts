/** An answer as the workflow will read it: plain JSON, detached from the caller's objects, and not too large to send. */
import { withoutNulls } from '../workflows/human/read-answer.ts';
import { InvalidAnswer } from './errors.ts';
import { adviceFor } from './size-limits.ts';

/** @param limit bytes of JSON @throws {InvalidAnswer} */
export function toAnswer<T extends object>(requirement: string, answer: T, limit: number): T {
  let json: string;
  try {
    json = JSON.stringify(answer);
  } catch (error) {
    throw new InvalidAnswer(requirement, `the answer cannot be written as JSON: ${(error as Error).message}`);
  }
  const size = Buffer.byteLength(json);
  if (size > limit) {
    throw new InvalidAnswer(
      requirement,
      `an answer has at most ${limit} bytes of JSON, this one has ${size}; ${adviceFor(limit)}`,
    );
  }
  return withoutNulls(JSON.parse(json) as T);
}
