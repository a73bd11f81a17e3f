/** `holdpoint/testing`: users test their own workflows against a real server whose clock they move. */
export { after, type Answer, type AnswerFunction, type Asked } from './answer.ts';
export { confirm, edit, input, reject, result, retry, select, skip } from './answer.ts';
export { type AnswerOrList, type Answers, MissingAnswer, UnusedAnswer } from './answer-book.ts';
export type { ActivityCall } from './call-log.ts';
export { type AnyActivities, fakeActivities, type Fakes, withModels } from './fake-activities.ts';
export { expectGates, type Gate, gateLine, gatesOf, type GatesOptions } from './gates.ts';
export type { KillOptions } from './kill.ts';
export { createTestEnv, type TestEnv, type TestEnvOptions, type TestRunOptions } from './test-env.ts';
export { timeSkippingClient } from './long-poll.ts';
export {
  delegate,
  type Script,
  type ScriptedPrompt,
  type ScriptedToolCall,
  type ScriptedTurn,
  ScriptedModel,
} from './scripted-model.ts';
// What an environment gives and takes, as the other paths export it.
export type { AgentDefinition, TeamDefinition } from '../../activities/index.ts';
export type { HoldpointClient, Requirement, Run, ToolRequirement } from '../../client/index.ts';
export type { AgentMessage } from '../../workflows/protocol/agent.ts';
