/** `holdpoint/activities`: what the Node side of a workflow is written with. */
export {
  type AgentDefinition,
  type AgentOptions,
  agent,
  type TeamDefinition,
  type TeamMode,
  type TeamOptions,
  type Tools,
  team,
} from './agent.ts';
export type { Model, ModelSettings, ProviderTool } from './model.ts';
export type { Schema } from './schema.ts';
export { type ToolContext, type ToolDefinition, type ToolOptions, tool } from './tool.ts';
export { type AdditionalData, StepInput, type StepInputData } from '../workflows/define/step-input.ts';
export type { Json, StepOutput, StepResult } from '../workflows/define/step-output.ts';
