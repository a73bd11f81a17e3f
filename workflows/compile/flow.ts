/** The data that flows from node to node: previous outputs by name, and the last content. */
import { hasContent, type Json, type StepOutput } from '../define/step-output.ts';

export interface Flow {
  readonly outputs: Readonly<Record<string, StepOutput>>;
  /** Content of the last node that has an output; `null` at the start. */
  readonly lastContent: Json;
}

/** Of all runs of a thread: the module is loaded once. */
export const EMPTY_FLOW: Flow = Object.freeze({ outputs: Object.freeze({}), lastContent: null });

/** The flow after a node. A container in which nothing ran leaves the last content as it was. */
export function after(flow: Flow, output: StepOutput): Flow {
  return {
    outputs: Object.freeze({ ...flow.outputs, [output.name]: output }),
    lastContent: hasContent(output) ? output.content : flow.lastContent,
  };
}
