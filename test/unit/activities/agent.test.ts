/** Definitions of agents and teams: what is taken, and the one sentence for what is not. */
import { openai } from '@ai-sdk/openai';
import { tool as sdkTool } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { agent, type AgentDefinition, team, type TeamDefinition } from '../../../activities/agent.ts';
import { tool } from '../../../activities/tool.ts';
import { DefinitionError } from '../../../workflows/define/definition-error.ts';
import { ScriptedModel } from '../../kit/index.ts';
import { SENTENCE } from '../../support/define.ts';

const model = new ScriptedModel(['hello']);
const look = tool({ description: 'Looks', inputSchema: z.object({}), execute: () => 'seen' });
const member = agent({ model });

/** Definitions with options that their types would refuse. */
const anAgent = (options: object): AgentDefinition => agent({ model, ...options } as Parameters<typeof agent>[0]);
const aTeam = (options: object): TeamDefinition =>
  team({ model, members: { member }, ...options } as Parameters<typeof team>[0]);

function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    expect((error as Error).message).toMatch(SENTENCE);
    return (error as Error).message;
  }
  throw new Error('the definition was accepted');
}

describe('agent', () => {
  it('has no tools and 25 turns by default', () => {
    expect(anAgent({ instructions: 'Be kind.' })).toEqual({
      ...{ kind: 'agent', model, instructions: 'Be kind.', tools: {}, maxTurns: 25 },
    });
  });

  it('takes the name of a model for a model', () => {
    expect(anAgent({ model: 'openai/gpt-5.4' }).model).toBe('openai/gpt-5.4');
  });

  it('has its answer’s schema as JSON Schema', () => {
    const outputSchema = z.object({ city: z.string() });
    expect(anAgent({ outputSchema }).answerSchema).toMatchObject({
      type: 'object',
      properties: { city: { type: 'string' } },
    });
  });

  it('takes tools of its own beside those that its provider runs', () => {
    const tools = { look, 'look-up_2': look, _x: look, web_search: openai.tools.webSearch({}) };
    expect(anAgent({ tools }).tools).toBe(tools);
  });

  it.each([
    [{ model: undefined }, 'agent: model is missing: give it a language model of the AI SDK.'],
    [{ model: null }, 'agent: model is missing'],
    [{ prompt: 'Hi' }, "has no option 'prompt'; it takes model, instructions, description, tools,"],
    [{ members: { member } }, "has no option 'members'"],
    [{ instructions: ['Be kind.'] }, 'agent: instructions must be a string, got ["Be kind."].'],
    [{ tools: [look] }, 'agent: tools must be an object with a name for each, such as { search, write }, got a list.'],
    [{ maxTurns: 0 }, 'agent: maxTurns must be a whole number from 1, got 0.'],
    [{ maxTurns: 1.5 }, 'agent: maxTurns must be a whole number from 1, got 1.5.'],
    [{ maxTurns: '3' }, 'agent: maxTurns must be a whole number from 1, got "3".'],
    [{ maxTurns: Number.NaN }, 'agent: maxTurns must be a whole number from 1, got '],
    [{ outputSchema: z.object({ on: z.date() }) }, 'agent: outputSchema: Date cannot be represented in JSON Schema.'],
    [{ outputSchema: { type: 'object' } }, 'agent: outputSchema: a Standard Schema that can be written as JSON Schema'],
  ])('refuses %o', (options, sentence) => {
    expect(refusal(() => anAgent(options))).toContain(sentence);
  });

  it.each(['', 'two words', 'a.b', '1st', '-x', 'ä', 'x'.repeat(65)])("refuses '%s' as a tool's name", (name) => {
    expect(refusal(() => anAgent({ tools: { [name]: look } }))).toBe(
      `agent: '${name}' cannot be a tool's name: at most 64 letters, digits, _ and -.`,
    );
  });

  it("refuses 'generate' as a tool's name", () => {
    expect(refusal(() => anAgent({ tools: { generate: look } }))).toBe(
      "agent: a tool cannot be named 'generate': so the model calls are named.",
    );
  });

  it.each([
    ['a function', () => 'seen'],
    ['nothing', undefined],
    ['null', null],
    ['text', 'look'],
    ['a tool of the AI SDK', sdkTool({ description: 'Looks', inputSchema: z.object({}), execute: () => 'seen' })],
  ])('refuses %s as a tool', (_, value) => {
    expect(refusal(() => anAgent({ tools: { look: value } }))).toContain(
      "agent: tool 'look' must come from tool() of holdpoint/activities, got ",
    );
  });

  it('refuses the provider’s own approvals, which nobody would be asked for', () => {
    const mcp = (requireApproval: 'always' | 'never') =>
      openai.tools.mcp({ serverLabel: 's', serverUrl: 'https://mcp.invalid', requireApproval });
    expect(refusal(() => anAgent({ tools: { mcp: mcp('always') } }))).toContain('requireApproval cannot be kept');
    expect(anAgent({ tools: { mcp: mcp('never') } }).tools).toHaveProperty('mcp');
  });

  it.each([
    ['requiresConfirmation', true],
    ['requiresConfirmation', false],
    ['requiresUserInput', true],
    ['userInputFields', ['query']],
    ['externalExecution', true],
    ['needsApproval', true],
  ])('refuses %s: %o on a tool that its provider runs', (gate, value) => {
    const tools = { search: { ...openai.tools.webSearch({}), [gate]: value } };
    expect(refusal(() => anAgent({ tools }))).toBe(
      `agent: tool 'search' is run by the model's provider, so ${gate} cannot be kept; gate a tool of your own.`,
    );
  });
});

describe('team', () => {
  it('coordinates by default', () => {
    expect(aTeam({})).toEqual({
      kind: 'team',
      model,
      members: { member },
      mode: 'coordinate',
      tools: {},
      maxTurns: 25,
    });
  });

  it('can have teams as members', () => {
    expect(aTeam({ members: { inner: aTeam({}) }, mode: 'route' })).toMatchObject({ mode: 'route' });
  });

  it.each([
    [{ model: undefined }, 'team: model is missing'],
    [{ mode: 'vote' }, 'team: mode must be one of coordinate, route, broadcast, got "vote".'],
    [{ mode: null }, 'team: mode must be one of coordinate, route, broadcast, got null.'],
    [{ members: undefined }, 'team: members must be an object with at least one agent, got undefined.'],
    [{ members: null }, 'team: members must be an object with at least one agent, got null.'],
    [{ members: {} }, 'team: members must be an object with at least one agent, got {}.'],
    [{ members: [] }, 'team: members must be an object with at least one agent, got [].'],
    [{ members: { m: 'me' } }, `team: member 'm' must be an agent or a team, got "me".`],
    [{ members: { m: look } }, "team: member 'm' must be an agent or a team, got {"],
    [
      { members: [member] },
      'team: members must be an object with a name for each, such as { search, write }, got a list.',
    ],
    [{ members: { 'two words': member } }, "team: 'two words' cannot be a member's name"],
    [{ tools: { generate: look } }, "team: a tool cannot be named 'generate'"],
    [{ maxTurns: -1 }, 'team: maxTurns must be a whole number from 1, got -1.'],
    [{ leader: member }, "team: a team has no option 'leader'; it takes model,"],
    [
      { tools: { delegate_task_to_member: look } },
      "'delegate_task_to_member' is the leader's own tool; give yours another name.",
    ],
    [{ tools: { delegate_task_to_members: look } }, "'delegate_task_to_members' is the leader's own tool"],
  ])('refuses %o', (options, sentence) => {
    expect(refusal(() => aTeam(options))).toContain(sentence);
  });
});
