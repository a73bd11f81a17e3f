/** `holdpoint/client`: start runs, answer what they ask, find them again. Talks to the Temporal server only. */
export type { AuditEntry } from './audit.ts';
export {
  type ClientOptions,
  type ContinueOptions,
  type EventsOptions,
  HoldpointClient,
  type RunAnswers,
} from './client.ts';
export { ConfigError } from './config.ts';
export { connect, type ConnectOptions } from './connect.ts';
export { encryptedDataConverter } from './encryption.ts';
export { storedDataConverter } from './external-storage.ts';
export { fileStorage } from './file-storage.ts';
export {
  DecryptionFailed,
  HoldpointError,
  AccessDenied,
  ClientClosed,
  InvalidAnswer,
  InvalidInput,
  type Refusal,
  type RefusalContext,
  RequirementAlreadyResolved,
  RunAlreadyExists,
  RunFailed,
  RunNotFound,
  RunNotPaused,
  SearchAttributesMissing,
  NamespaceNotFound,
  ServerUnavailable,
  StoredPayloadUnavailable,
  UnresolvedRequirements,
  WaitTimeout,
} from './errors.ts';
export { EventStream } from './event-stream.ts';
export { Requirement, type RequirementFields } from './requirement.ts';
export { ToolRequirement, type ToolRequirementFields } from './tool-requirement.ts';
export { Run, type RunFields } from './run.ts';
export type { PausedRun, Session } from './sessions.ts';
export type { StartOptions, WorkflowFunction, WorkflowLike } from './start-run.ts';
export type { WaitOptions } from './wait.ts';
// What results are made of, as `holdpoint` exports it: who compiles declarations names it.
export type { AnsweredTool, OpenPause, OpenTool, RunEvent, RunEventName } from '../workflows/protocol/index.ts';
export type { Decision, RefusalCode, RefusedAnswer, RunStatus, ToolDecision } from '../workflows/protocol/index.ts';
