/** Runs an agent or a team for a step: gives its loop the step's activities, questions and tokens. */
import { executeActivity } from '../define/activity-ref.ts';
import type { AgentRef } from '../define/agent-ref.ts';
import { defined } from '../define/defined.ts';
import { marked } from '../define/marks.ts';
import { attemptsOf, runsOnce, type StepNode } from '../define/step.ts';
import type { StepInput } from '../define/step-input.ts';
import type { Json } from '../define/step-output.ts';
import type { AgentCall, AgentHost } from '../agent/conversation.ts';
import { messageOf } from '../agent/message.ts';
import { runAgent } from '../agent/run-agent.ts';
import type { Durable } from '../human/durable.ts';
import type { Branch } from '../human/branch.ts';
import { throwIfEnded } from '../human/outcome.ts';
import { argumentBytes } from './argument-bytes.ts';
import { ask, type Here } from './scope.ts';

/** The agent's answer: text, or the object that its output schema asks for. */
export function callAgent(node: StepNode, ref: AgentRef, input: StepInput, here: Here): Durable<Json> {
  const { run } = here.scope;
  const { idempotencyKey: key, runId, sessionId, userId, stepName, path, sessionState } = input;
  const toolScope = defined({ runId, sessionId, userId, stepName, path, sessionState });
  const within = (branch: Branch): Here => ({ ...here, scope: { ...here.scope, branch } });
  const host: AgentHost = {
    desk: run.desk,
    toolScope,
    confirmed: runsOnce(node),
    execute: (call, branch) => execute(node, ref, within(branch), call),
    ask: (question, branch, place) => ask(within(branch), question, place),
    spend: (usage) => run.usage.add(path, usage),
  };
  const { branch } = here.scope;
  return runAgent({ host, branch, agent: ref.name, key, place: here.place.child('agent') }, messageOf(input));
}

function* execute(node: StepNode, { options }: AgentRef, here: Here, call: AgentCall): Durable<unknown> {
  yield* throwIfEnded(here.scope.branch);
  const { type: name, summary, once = false, argument } = call;
  const bytes = argumentBytes(argument, here.path, `The conversation of '${node.name}'`, ` at '${name}'`);
  const ref = { local: false, name, options } as const;
  const execution = {
    summary: `${node.name} · ${summary}`,
    maximumAttempts: once ? 1 : attemptsOf(node, options.retry),
    heartbeatTimeout: node.heartbeatTimeout,
  };
  const { run, branch } = here.scope;
  return yield* run.desk.carry(marked(argument, once), bytes, branch, (args) => executeActivity(ref, execution, args));
}
