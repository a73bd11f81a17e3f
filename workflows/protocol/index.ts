/** `holdpoint`: types and constants that are safe everywhere – in the sandbox, in Node and in a browser. */
export type { DurationString } from '../define/duration.ts';
export { OnError, OnReject, OnTimeout } from '../define/human-review.ts';
export { type AdditionalData, StepInput, type StepInputData } from '../define/step-input.ts';
export type { Json, StepOutput, StepResult, StepType } from '../define/step-output.ts';
export type { ObjectJsonSchema, UserInputField, UserInputSchema } from '../define/user-input-schema.ts';
export type { TokenUsage, ToolGate } from './agent.ts';
export {
  defineConfig,
  type Encryption,
  type EncryptionKey,
  type ExternalStorageOptions,
  type HoldpointConfig,
  type OtlpEndpoint,
  type Telemetry,
  type WorkerSettings,
} from './config.ts';
export type { AnsweredTool, RunEvent, RunEventName } from './events.ts';
export { FAILURE } from './failure.ts';
export type { OpenPause, OpenTool, RunMemo } from './memo.ts';
export type {
  RefusalCode,
  RefusedAnswer,
  RequirementKind,
  Resolution,
  StepRequirement,
  ToolRequirement,
} from './requirement.ts';
export type { RunOptions, RunOutput, RunStatus } from './run-output.ts';
export type { ContinueRunSignal, Decision, DecisionAction, PeopleSignal, ToolDecision } from './signals.ts';
