/** From agents to activities: their names, each once. */
import { openai } from '@ai-sdk/openai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { agent, team } from '../../../activities/agent.ts';
import { agentActivities } from '../../../activities/agent-activities.ts';
import { tool } from '../../../activities/tool.ts';
import { DefinitionError } from '../../../workflows/define/definition-error.ts';
import { ScriptedModel } from '../../kit/index.ts';
import { SENTENCE } from '../../support/define.ts';

const model = new ScriptedModel(['hello']);
const look = tool({ description: 'Looks', inputSchema: z.object({}), execute: () => 'seen' });
const deploy = tool({ description: 'Deploys', inputSchema: z.object({}), externalExecution: true });

const activities = (agents: unknown) => agentActivities(agents, { result: 1_000 });
const names = (agents: unknown) => Object.keys(activities(agents)).sort();

function refusal(agents: unknown): string {
  try {
    activities(agents);
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    expect((error as Error).message).toMatch(SENTENCE);
    return (error as Error).message;
  }
  throw new Error('the agents were accepted');
}

describe('agentActivities', () => {
  it('has one for the model’s turns and one for each tool', () => {
    const clerk = agent({ model, tools: { look, deploy } });
    expect(names({ clerk, silent: agent({ model }) })).toEqual([
      ...['clerk.deploy', 'clerk.generate', 'clerk.look', 'silent.generate'],
    ]);
    for (const activity of Object.values(activities({ clerk }))) expect(activity).toBeTypeOf('function');
  });

  it('has none for what the provider runs, and none for delegation', () => {
    const searcher = agent({ model, tools: { web_search: openai.tools.webSearch({}) } });
    const research = team({ model, members: { searcher }, tools: { look } });
    expect(names({ research })).toEqual(['research.generate', 'research.look', 'searcher.generate']);
  });

  it('has those of members at any depth', () => {
    const inner = team({ model, members: { writer: agent({ model, tools: { look } }) } });
    expect(names({ outer: team({ model, members: { inner } }) })).toEqual([
      ...['inner.generate', 'outer.generate', 'writer.generate', 'writer.look'],
    ]);
  });

  it('has an agent once that is in several teams and alone', () => {
    const clerk = agent({ model, tools: { look } });
    const [one, two] = [team({ model, members: { clerk } }), team({ model, members: { clerk } })];
    expect(names({ clerk, one, two })).toEqual(['clerk.generate', 'clerk.look', 'one.generate', 'two.generate']);
  });

  it('has an agent twice that has two names', () => {
    const clerk = agent({ model });
    expect(names({ clerk, cashier: clerk })).toEqual(['cashier.generate', 'clerk.generate']);
  });

  it('has none without agents', () => {
    expect(activities({})).toEqual({});
  });

  it('refuses two agents of one name in different teams, by their place', () => {
    const one = team({ model, members: { clerk: agent({ model }) } });
    const two = team({ model, members: { clerk: agent({ model }) } });
    expect(refusal({ one, two })).toBe(
      "agents.two.members.clerk: another agent is named 'clerk' already, and both would have the activity 'clerk.generate'; rename one.",
    );
  });

  it('refuses a member that has the name of an agent, or of its own team', () => {
    const one = team({ model, members: { clerk: agent({ model }) } });
    expect(refusal({ clerk: agent({ model }), one })).toContain(
      "agents.one.members.clerk: another agent is named 'clerk'",
    );
    expect(refusal({ clerk: one })).toContain("agents.clerk.members.clerk: another agent is named 'clerk'");
  });

  it('refuses a tool whose activity an agent has', () => {
    const forged = { ...agent({ model }), tools: { generate: look } };
    expect(refusal({ forged })).toBe(
      "agents.forged: two activities would be named 'forged.generate'; rename one of them.",
    );
  });

  it.each([
    ['a function', () => 'hello', 'a function'],
    ['a model', 'openai/gpt-5.4', '"openai/gpt-5.4"'],
    ['a tool', look, '{"kind":"tool"'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
  ])('refuses %s among the agents', (_, value, described) => {
    expect(refusal({ clerk: value })).toContain(
      `agents.clerk: expected agent() or team() of holdpoint/activities, got ${described}`,
    );
  });

  it.each([
    ['a function', () => 'hello', 'a function'],
    ['null', null, 'null'],
    ['text', 'clerk', '"clerk"'],
  ])('refuses %s as the agents', (_, value, described) => {
    expect(refusal(value)).toBe(`agents: expected an object of agents and teams by name, got ${described}.`);
  });
});
