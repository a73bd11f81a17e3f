/** What `holdpoint/testing` gives, exported with its inferred type: see test/demo/docs.test.ts. */
import * as kit from 'holdpoint/testing';

export const model = new kit.ScriptedModel(['Done.']);
export const { prompts } = model;
export const messages = (of: kit.ScriptedPrompt) => of.messages;
export const delegation = kit.delegate('clerk', 'Pay it.');

const activities = { fetch: async (id: string) => id.length };
export const fakes = kit.fakeActivities({ fetch: () => 1 });
export const typedFakes = kit.fakeActivities<typeof activities>({ fetch: () => 1 });
export const replaced = kit.withModels({}, {});

export const env = async () => kit.createTestEnv({ workflowsPath: '/workflows.ts' });
export const client = (at: kit.TestEnv) => at.client;
export const run = async (at: kit.TestEnv) => at.run('w', 1);
export const killed = async (at: kit.TestEnv) => at.killAtEveryPause('w', 1);
export const calls = (at: kit.TestEnv) => at.calls('id');
export const fieldsOfAsked = (of: kit.Asked) => ({ ...of });
export const answers = [kit.confirm(), kit.reject(), kit.edit(1), kit.input({}), kit.select('a'), kit.after('1 day')];
export const more = [kit.retry(), kit.skip(), kit.result(1)];

export const gates = (of: unknown) => kit.gatesOf(of);
export const expected = (of: unknown) => kit.expectGates(of);
