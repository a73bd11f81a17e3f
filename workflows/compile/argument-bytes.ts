/** What an activity's argument weighs: one that is too large would fail the workflow task for ever. */
import { jsonBytes } from '../define/json.ts';
import { tooLarge } from '../define/payload-limit.ts';
import { payloadLimit } from '../define/execution-scope.ts';
import { FAILURE } from '../protocol/failure.ts';
import { NodeFailure } from '../human/outcome.ts';

/** @throws {NodeFailure} `holdpoint.TooLarge`, of the node at this path: what is too large, and where */
export function argumentBytes(argument: object, path: string, what: string, where = ''): number {
  const size = jsonBytes(argument);
  const limit = payloadLimit();
  if (size <= limit) return size;
  throw new NodeFailure(tooLarge(`${what} has ${size} bytes${where}`, limit), path, FAILURE.tooLarge);
}
