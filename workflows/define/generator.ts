/** Generators, with which agno's functions stream: a step has one output, and a generator's JSON is an empty object. */
import { DefinitionError } from './definition-error.ts';

const GENERATOR = /^\[object (Async)?GeneratorFunction\]$/;

/** @throws {DefinitionError} */
export function refuseGenerator(fn: unknown, path: string): void {
  if (GENERATOR.test(Object.prototype.toString.call(fn))) {
    throw new DefinitionError(path, 'a generator gives a step no output: return it.');
  }
}
