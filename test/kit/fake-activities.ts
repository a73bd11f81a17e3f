/** Activities that do nothing to the world, checked against the real ones by type; and agents with other models. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { AgentDefinition, TeamDefinition } from '../../activities/agent.ts';
import type { Model } from '../../activities/model.ts';

/** A fake for each activity, or for some; it may give its result without a promise. */
export type Fakes<Activities> = {
  readonly [Name in keyof Activities]?: string extends Name
    ? Activities[Name]
    : Name extends 'agents'
      ? Partial<Activities[Name]>
      : // `any`: any activity can have a fake
        Activities[Name] extends (...args: infer Args extends any[]) => infer Result
        ? (...args: Args) => Awaited<Result> | Promise<Awaited<Result>>
        : never;
};

/** Activities of which no type is given: any names, any functions, and perhaps `agents`. */
export type AnyActivities = Readonly<Record<string, ((...args: any[]) => unknown) | Agents>>;

/**
 * Fakes for the activities of a test: with their type, a name that no activity has, or another signature, is a type error.
 * One that has no fake fails the run, by name, when it is called.
 * @example
 * const fakes = fakeActivities<typeof activities>({ fetchCustomers: () => ({ rows: 2, usable: 1 }) });
 * const env = await createTestEnv({ workflowsPath, activities: fakes });
 */
export function fakeActivities<Activities = AnyActivities>(
  // Not inferred: what is given would be its own type, and check nothing.
  fakes: NoInfer<Fakes<Activities>>,
): Fakes<Activities> & { readonly default: unknown } {
  // What the SDK calls for a name that is not there.
  return { ...fakes, default: noFake };
}

async function noFake(): Promise<never> {
  const { activityType } = Context.current().info;
  throw ApplicationFailure.create({
    type: 'NoFake',
    message: `the activity '${activityType}' has no fake: add it to fakeActivities({ ${activityType}: … })`,
    nonRetryable: true,
  });
}

type Agents = Readonly<Record<string, AgentDefinition | TeamDefinition>>;

/**
 * The same agents – their instructions, tools and gates – with other models, by name; members of teams among them.
 * @throws {TypeError} for a name that no agent has
 * @example
 * const agents = withModels(activities.agents, { processor: new ScriptedModel([…]) });
 */
export function withModels<A extends Agents>(agents: A, models: Readonly<Record<string, Model>>): A {
  const unused = new Set(Object.keys(models));
  // One agent in two teams stays one.
  const copies = new Map<Agents[string], Agents[string]>();
  const copy = (name: string, agent: Agents[string]): Agents[string] => {
    unused.delete(name);
    const model = Object.hasOwn(models, name) ? models[name]! : agent.model;
    const members = agent.kind === 'team' ? { members: all(agent.members) } : {};
    const made = copies.get(agent) ?? { ...agent, model, ...members };
    copies.set(agent, made);
    return made;
  };
  const all = (group: Agents): Agents =>
    Object.fromEntries(Object.entries(group).map(([name, agent]) => [name, copy(name, agent)]));
  const replaced = all(agents);
  const [unknown] = unused;
  if (unknown !== undefined) throw new TypeError(`withModels: there is no agent '${unknown}'`);
  return replaced as A;
}
