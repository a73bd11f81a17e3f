/**
 * Agents and teams as executors: references by name to what the Node side defines. Inert until a run calls them; whether
 * the worker has the name is checked when it starts.
 */
import type { ActivityOptions } from '@temporalio/workflow';
import { isRecord } from './json.ts';

/** What an agent's or a team's definition shows of itself to the types of workflow code. */
export interface AgentLike {
  readonly kind: 'agent' | 'team';
}

export interface AgentRef<Kind extends AgentLike['kind'] = AgentLike['kind']> {
  readonly kind: 'agentRef';
  readonly name: string;
  readonly options: ActivityOptions;
  /** For types only: a team does not fit where an agent is expected. */
  readonly of?: Kind;
}

/** Time limits, retries and task queue of the activities of an agent: its model calls and its tools. */
export type AgentActivityOptions = Omit<ActivityOptions, 'activityId' | 'summary'>;

/** Names to references; a name that is not there is a type error. */
export type AgentRefs<A extends Readonly<Record<string, AgentLike>>> = {
  readonly [Name in keyof A]: AgentRef<A[Name]['kind']>;
};

/** Models are slow, and tools may be. */
const DEFAULT_TIMEOUT = '10 minutes';

/**
 * The agents and teams of the worker, by the names under which its activities export them in `agents`.
 *
 * Retries: a policy without `maximumAttempts` gets the step's attempts (`maxRetries + 1`), for each model call and each
 * tool call that no human approved. A model call takes at most 10 minutes where no timeout is given.
 * @param options of all of them
 * @param each of one, on top
 * @example
 * const { processor } = proxyAgents<typeof activities.agents>();
 * const { slow } = proxyAgents<typeof activities.agents>({}, { slow: { startToCloseTimeout: '1 hour', taskQueue: 'gpu' } });
 */
export function proxyAgents<A extends Readonly<Record<string, AgentLike>>>(
  options: AgentActivityOptions = {},
  each: { readonly [Name in keyof A]?: AgentActivityOptions } = {},
): AgentRefs<A> {
  const refs = new Map<string, AgentRef>();
  const refOf = (name: string): AgentRef => {
    const own = { ...options, ...(each as Readonly<Record<string, AgentActivityOptions>>)[name] };
    const bounded = own.startToCloseTimeout !== undefined || own.scheduleToCloseTimeout !== undefined;
    return {
      kind: 'agentRef',
      name,
      options: bounded ? own : { startToCloseTimeout: DEFAULT_TIMEOUT, ...own },
    };
  };
  return new Proxy({} as AgentRefs<A>, {
    get(_, name) {
      if (typeof name !== 'string') return undefined;
      if (!refs.has(name)) refs.set(name, refOf(name));
      return refs.get(name);
    },
  });
}

export function isAgentRef(value: unknown): value is AgentRef {
  return isRecord(value) && value.kind === 'agentRef';
}
