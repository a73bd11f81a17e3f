/** Fakes as types: `tsc -b` compiles this file, and an `@ts-expect-error` without an error is one. */
import { fakeActivities } from '../kit/index.ts';

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
