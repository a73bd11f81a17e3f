/** `holdpoint/activities`: what the Node side of a workflow is written with. */
export { type AdditionalData, StepInput, type StepInputData } from '../workflows/define/step-input.ts';
export type { Json, StepOutput, StepResult } from '../workflows/define/step-output.ts';
