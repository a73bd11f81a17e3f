/** `holdpoint/workflow`: everything that a workflow's module needs; safe in Temporal's sandbox. */
export type {
  ActivityFunctionWithOptions,
  ActivityInterfaceFor,
  LocalActivityFunctionWithOptions,
  LocalActivityInterfaceFor,
} from './define/activity-ref.ts';
export { type ActivityRef, proxyActivities, proxyLocalActivities } from './define/activity-ref.ts';
export { type AgentActivityOptions, type AgentRef, type AgentRefs, proxyAgents } from './define/agent-ref.ts';
export { type ConditionNode, type ConditionOptions, condition, type Evaluator } from './define/condition.ts';
export type { InputSchema, JsonSchema, WorkflowDefinition } from './define/definition.ts';
export { DefinitionError } from './define/definition-error.ts';
export type { DurationString } from './define/duration.ts';
export type { Expression } from './define/expression.ts';
export { OnError, OnReject, OnTimeout } from './define/human-review.ts';
export type {
  ConditionReview,
  LoopReview,
  ParallelReview,
  RouterReview,
  StepReview,
  StepsReview,
} from './define/human-review.ts';
export { type EndCondition, type LoopNode, type LoopOptions, loop } from './define/loop.ts';
export type { NodeLike, WorkflowNode } from './define/node.ts';
export { type ParallelNode, type ParallelOptions, parallel } from './define/parallel.ts';
export { type PauseConfig, pause } from './define/pause.ts';
export { type RouterNode, type RouterOptions, router, type Selection, type Selector } from './define/router.ts';
export { type Executor, type StepFunction, type StepNode, type StepOptions, step } from './define/step.ts';
export { StepInput } from './define/step-input.ts';
export type { Json, StepOutput, StepResult } from './define/step-output.ts';
export { type StepsNode, type StepsOptions, steps } from './define/steps.ts';
export type { UserInputField, UserInputSchema } from './define/user-input-schema.ts';
export type { WorkflowOptions } from './define/workflow.ts';
export type { RunOptions, RunOutput } from './protocol/run-output.ts';
export { type HoldpointWorkflow, workflow } from './run/workflow.ts';
