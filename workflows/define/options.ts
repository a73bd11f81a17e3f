/** Options that nobody reads are refused: a gate written in the wrong place must not be a gate that is not there. */
import { DefinitionError } from './definition-error.ts';

/** @throws {DefinitionError} naming the first option that is not among the known ones. */
export function checkOptions(what: string, options: object, known: readonly string[], path: string): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new DefinitionError(
      path,
      `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what} has no option '${unknown}'; it takes ${known.join(', ')}.`,
    );
  }
}
