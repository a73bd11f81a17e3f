/**
 * An agent's loop as one writes it with Temporal alone, on the same activities. Of holdpoint it has only the types of what
 * those take and give; nothing of it is in its bundle.
 */
import { condition, defineSignal, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type {
  AgentMessage,
  GenerateRequest,
  ModelTurn,
  PlannedCall,
  ToolOutcome,
  ToolRequest,
  ToolResultPart,
} from '../../workflows/protocol/agent.ts';

const activities = proxyActivities<{
  'clerk.generate'(request: GenerateRequest): Promise<ModelTurn>;
  'clerk.look'(request: ToolRequest): Promise<ToolOutcome>;
  'clerk.refund'(request: ToolRequest): Promise<ToolOutcome>;
}>({ startToCloseTimeout: '1 minute' });
const approve = defineSignal<[{ readonly toolCallId: string }]>('approve');

export async function agentByHand(task: string): Promise<unknown> {
  const approved = new Set<string>();
  setHandler(approve, ({ toolCallId }) => {
    approved.add(toolCallId);
  });
  const messages: AgentMessage[] = [{ role: 'user', content: task }];
  for (let turn = 1; ; turn += 1) {
    const { message, calls, content } = await activities['clerk.generate']({ turn, messages });
    if (calls.length === 0) return content;
    const results: ToolResultPart[] = [];
    for (const call of calls) {
      const { toolCallId, toolName } = call;
      const isGated = call.do === 'run' && call.gated !== undefined;
      const may = !isGated || (await condition(() => approved.has(toolCallId), '1 hour'));
      const value = may ? await runTool(call, message) : 'Nobody said yes within an hour';
      results.push({ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } });
    }
    messages.push(message, { role: 'tool', content: results });
  }
}

async function runTool(call: PlannedCall, { content }: ModelTurn['message']): Promise<string> {
  if (call.do !== 'run') throw new Error('not in the script');
  const { toolCallId, toolName, gated } = call;
  const asked = content.find((part) => part.type === 'tool-call' && part.toolCallId === toolCallId);
  const args = call.args ?? (asked?.type === 'tool-call' ? asked.input : null);
  const { workflowId: runId } = workflowInfo();
  const outcome = await activities[`clerk.${toolName as 'look' | 'refund'}`]({
    ...{ runId, sessionId: runId, stepName: 'refund', path: 'refund', sessionState: {} },
    ...{ toolCallId, idempotencyKey: `${runId}/${toolCallId}`, args },
    ...(gated ? { approval: { requirement: toolCallId, gates: [gated.gate] } } : {}),
  });
  if ('result' in outcome && typeof outcome.result === 'string') return outcome.result;
  throw new Error(JSON.stringify(outcome));
}
