/** The inert data of a workflow, and how it hangs on the function that runs it. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { WorkflowNode } from './node.ts';
import type { Json } from './step-output.ts';

/** A JSON Schema (draft 2020-12 or older). */
export type JsonSchema = { readonly [keyword: string]: Json };
/** Checks the input of a run: a Standard Schema (zod, valibot, …; it is then part of the bundle) or a JSON Schema. */
export type InputSchema = StandardSchemaV1 | JsonSchema;

export interface WorkflowDefinition {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: InputSchema;
  readonly steps: readonly WorkflowNode[];
  /** Events of history. */
  readonly continueAsNewAfter?: number;
  /** Fingerprints of the definitions whose open runs may go on under this one. */
  readonly compatibleWith?: readonly string[];
}

const DEFINITION = Symbol.for('holdpoint.definition');

/** Ties a definition to the function that runs it, which takes its name. */
export function attachDefinition<F extends object>(fn: F, definition: WorkflowDefinition): F {
  return Object.defineProperties(fn, { [DEFINITION]: { value: definition }, name: { value: definition.name } });
}

/** The definition behind a function made by `workflow()`, or `undefined` for anything else. */
export function definitionOf(value: unknown): WorkflowDefinition | undefined {
  return typeof value === 'function' ? (value as { [DEFINITION]?: WorkflowDefinition })[DEFINITION] : undefined;
}
