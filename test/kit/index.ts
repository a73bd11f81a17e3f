/** `holdpoint/testing`: users test their own workflows against a real server whose clock they move. */
export { createTestEnv, type TestEnv, type TestEnvOptions } from './test-env.ts';
export {
  delegate,
  type Script,
  type ScriptedPrompt,
  type ScriptedToolCall,
  type ScriptedTurn,
  ScriptedModel,
} from './scripted-model.ts';
