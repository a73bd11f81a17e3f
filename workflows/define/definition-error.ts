/**
 * The error of a definition that cannot be what its author meant.
 * Thrown while definitions load, so that a bad one never starts a run.
 */

/** `type` of every definition error, stable across releases. */
const INVALID_DEFINITION = 'holdpoint.InvalidDefinition';

/** A definition that is refused at load time: one sentence that names the node by its path and says what to use instead. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  readonly type = INVALID_DEFINITION;
  /** Path of the node, `workflow/steps/step`. */
  readonly path: string;

  /** By what it is, not by where its class was loaded: the sandbox side is a bundle with a class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const { name, type } = (value ?? {}) as Partial<DefinitionError>;
    return name === 'DefinitionError' && type === INVALID_DEFINITION;
  }

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.path = path;
  }
}
