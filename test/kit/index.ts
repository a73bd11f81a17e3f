/** `holdpoint/testing`: users test their own workflows against a real server whose clock they move. */
export { after, type Answer, type AnswerFunction, type Asked } from './answer.ts';
export { confirm, edit, input, reject, result, retry, select, skip } from './answer.ts';
export { type AnswerOrList, type Answers, MissingAnswer, UnusedAnswer } from './answer-book.ts';
export type { ActivityCall } from './call-log.ts';
export { fakeActivities, type Fakes, withModels } from './fake-activities.ts';
export { expectGates, type Gate, gateLine, gatesOf, type GatesOptions } from './gates.ts';
export type { KillOptions } from './kill.ts';
export { createTestEnv, type TestEnv, type TestEnvOptions, type TestRunOptions } from './test-env.ts';
export {
  delegate,
  type Script,
  type ScriptedPrompt,
  type ScriptedToolCall,
  type ScriptedTurn,
  ScriptedModel,
} from './scripted-model.ts';
