/** Fakes as types: `tsc -b` compiles this file, and an `@ts-expect-error` without an error is one. */
import { agent } from '../../activities/index.ts';
import { createTestEnv, fakeActivities, ScriptedModel } from '../kit/index.ts';

interface Activities {
  fetch(id: string): Promise<{ rows: number }>;
  send(text: string): Promise<void>;
}

fakeActivities<Activities>({ fetch: (id) => ({ rows: id.length }) });
fakeActivities<Activities>({ fetch: async () => ({ rows: 1 }), send: () => {} });
// @ts-expect-error no activity has this name
fakeActivities<Activities>({ fetsh: () => ({ rows: 1 }) });
// @ts-expect-error another result
fakeActivities<Activities>({ fetch: () => 'rows' });
// @ts-expect-error another argument
fakeActivities<Activities>({ send: (count: number) => void count });

// Without the type of the activities: any functions, their arguments of any type, and agents.
const clerk = agent({ model: new ScriptedModel([]) });
const fakes = fakeActivities({ fetch: (id) => ({ rows: id.length }), send: async () => {}, agents: { clerk } });
void createTestEnv({ workflowsPath: '/workflows.ts', activities: fakes });
// @ts-expect-error no function
fakeActivities({ fetch: 1 });

const real = { fetch: async (id: string) => ({ rows: id.length }), agents: { clerk } };
fakeActivities<typeof real>({ agents: { clerk } });
// @ts-expect-error no agent
fakeActivities<typeof real>({ agents: { clerk: 1 } });
