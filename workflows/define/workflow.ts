/**
 * A workflow's definition: inert data that `workflow()` (in run/) turns into a Temporal workflow function.
 * Definitions are checked here, whole, when their module loads.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { checkChildren } from './check.ts';
import type { InputSchema, WorkflowDefinition } from './definition.ts';
import { DefinitionError } from './definition-error.ts';
import { describe } from './describe.ts';
import { type NodeLike, toNodes } from './node.ts';
import { checkOptions } from './options.ts';

// `any`: without a schema or a type argument, any input is taken
export interface WorkflowOptions<Input = any> {
  /** The name it is exported under: with Temporal, that is the workflow's type. */
  readonly name: string;
  readonly description?: string;
  /**
   * Checks the input before anything starts, and again in the run. The input's type comes from a Standard Schema, unless
   * `workflow<…>` says another: the second half of the union lets that be.
   */
  readonly inputSchema?: StandardSchemaV1<Input, unknown> | InputSchema;
  readonly steps: readonly NodeLike[];
  /**
   * Events of history after which a run continues as new, at least 50. Left out: when Temporal suggests it (about 4,000
   * events or 4 MB), at 10 MB, or at 2,000 signals. What is open and what is done goes along; ids and deadlines stay.
   */
  readonly continueAsNewAfter?: number;
  /**
   * Earlier definitions of this workflow whose open runs may go on under this one: their fingerprints, as the error
   * `holdpoint.DefinitionChanged` and `holdpoint replay` print them. A promise of yours that what those runs have done
   * already is the same here, which `holdpoint replay` checks.
   */
  readonly compatibleWith?: readonly string[];
}

/** A fingerprint: see structure.ts. */
const FINGERPRINT = /^[0-9a-f]{12}:(.+=[0-9a-f]{4})?$/;

/** @throws {DefinitionError} in one sentence, with the path of the node that cannot be. */
export function defineWorkflow(options: WorkflowOptions): WorkflowDefinition {
  const { name, inputSchema, compatibleWith, continueAsNewAfter } = options;
  if (typeof name !== 'string' || !/^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name)) {
    throw new DefinitionError('workflow', `name must be the name of its export, got ${describe(name)}.`);
  }
  if (
    inputSchema !== undefined &&
    (typeof inputSchema !== 'object' || inputSchema === null) &&
    typeof inputSchema !== 'function'
  ) {
    throw new DefinitionError(
      name,
      `inputSchema must be a Standard Schema or a JSON Schema, got ${describe(inputSchema)}.`,
    );
  }
  const known = ['name', 'description', 'inputSchema', 'steps', 'compatibleWith', 'continueAsNewAfter'];
  checkOptions('workflow', options, known, name);
  if (continueAsNewAfter !== undefined && !(Number.isInteger(continueAsNewAfter) && continueAsNewAfter >= 50)) {
    throw new DefinitionError(
      name,
      `continueAsNewAfter must be a whole number of events, 50 or more, got ${describe(continueAsNewAfter)}.`,
    );
  }
  if (compatibleWith !== undefined && !isFingerprints(compatibleWith)) {
    throw new DefinitionError(
      name,
      `compatibleWith must be a list of fingerprints, as the error of a changed definition prints them, got ${describe(compatibleWith)}.`,
    );
  }
  const definition: WorkflowDefinition = { ...options, steps: toNodes(options.steps) };
  checkChildren(definition.steps, name, 'steps');
  return definition;
}

function isFingerprints(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && FINGERPRINT.test(each));
}
