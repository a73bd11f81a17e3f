/** Agents at the start of a worker: their activities are registered beside the functions. */
import type { WorkerOptions } from '@temporalio/worker';
import { type AgentLimits, type Agents, agentActivities } from '../activities/agent-activities.ts';
import { EncryptionCodec } from '../client/encryption-codec.ts';
import { DefinitionError } from '../workflows/define/definition-error.ts';
import { PAYLOAD_LIMIT } from '../workflows/define/payload-limit.ts';
import { TOOL_PAYLOAD_LIMIT } from '../workflows/protocol/agent.ts';
import { withCheckedDefinitions } from './check-definitions.ts';
import { payloadLimit } from './payload-limit.ts';

/** The worker's options with `agents` of its activities replaced by their activities. @throws {DefinitionError} */
export async function withAgents(worker: WorkerOptions): Promise<WorkerOptions> {
  const { agents, ...functions } = (worker.activities ?? {}) as { readonly agents?: unknown } & Record<string, unknown>;
  const own = agents === undefined ? {} : agentActivities(agents, limitsOf(worker));
  const twice = Object.keys(own).find((name) => Object.hasOwn(functions, name));
  if (twice !== undefined) {
    throw new DefinitionError(
      'activities',
      `two activities would be named '${twice}'; rename the agent or the function.`,
    );
  }
  const known = { taskQueue: worker.taskQueue, agents: (agents ?? {}) as Agents };
  const activities = { ...functions, ...own };
  // A worker without activities leaves them to others.
  if (Object.keys(activities).length === 0) return withCheckedDefinitions(worker, known);
  return { ...(await withCheckedDefinitions(worker, { ...known, activities })), activities };
}

/** With a codec or an external storage, results may be as large as a message of Temporal's: a model has to read them. */
function limitsOf(worker: WorkerOptions): AgentLimits {
  const { payloadCodecs = [], externalStorage } = worker.dataConverter ?? {};
  const encodes = payloadCodecs.some((codec) => !(codec instanceof EncryptionCodec) || codec.encrypts);
  const result = encodes || externalStorage ? PAYLOAD_LIMIT : TOOL_PAYLOAD_LIMIT;
  return { result, reply: payloadLimit(worker) };
}
