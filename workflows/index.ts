/** `holdpoint/workflow`: everything that a workflow's module needs; safe in Temporal's sandbox. */
export { proxyActivities, proxyLocalActivities } from './define/activity-ref.ts';
export { type AgentActivityOptions, type AgentRef, type AgentRefs, proxyAgents } from './define/agent-ref.ts';
export { type ConditionOptions, condition } from './define/condition.ts';
export { DefinitionError } from './define/definition-error.ts';
export type { DurationString } from './define/duration.ts';
export { OnError, OnReject, OnTimeout } from './define/human-review.ts';
export type {
  ConditionReview,
  LoopReview,
  ParallelReview,
  RouterReview,
  StepReview,
  StepsReview,
} from './define/human-review.ts';
export { type LoopOptions, loop } from './define/loop.ts';
export type { NodeLike, WorkflowNode } from './define/node.ts';
export { type ParallelOptions, parallel } from './define/parallel.ts';
export { type PauseConfig, pause } from './define/pause.ts';
export { type RouterOptions, router } from './define/router.ts';
export { type StepFunction, type StepOptions, step } from './define/step.ts';
export { StepInput } from './define/step-input.ts';
export type { Json, StepOutput, StepResult } from './define/step-output.ts';
export { type StepsOptions, steps } from './define/steps.ts';
export type { UserInputField, UserInputSchema } from './define/user-input-schema.ts';
export type { WorkflowOptions } from './define/workflow.ts';
export type { RunOptions, RunOutput } from './protocol/run-output.ts';
export { type HoldpointWorkflow, workflow } from './run/workflow.ts';
