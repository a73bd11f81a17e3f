/** Definitions for tests that are about one node. */
import { DefinitionError } from '../../workflows/define/definition-error.ts';
import type { NodeLike, WorkflowNode } from '../../workflows/define/node.ts';
import { step } from '../../workflows/define/step.ts';
import { defineWorkflow } from '../../workflows/define/workflow.ts';

export const done = () => 'done';
/** A step that is as it should be. */
export const ok = (name = 'ok'): WorkflowNode => step({ name, executor: done });

/** The refusal of a workflow `w` with these steps; steps are made here, since a builder may refuse them already. */
export function refusal(make: () => unknown): DefinitionError {
  try {
    defineWorkflow({ name: 'w', steps: [make() as NodeLike] });
  } catch (error) {
    if (error instanceof DefinitionError) return error;
    throw error;
  }
  throw new Error('the definition was accepted');
}

/** One sentence that starts with the node's path: what every definition error must be. */
export const SENTENCE = /^[^\n]{10,320}[.]$/;
