import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cachedWorkflows } from '../../../worker/cached-workflows.ts';
import { createWorker, type CreateWorkerOptions } from '../../../worker/create-worker.ts';

const create = vi.fn(async (_: WorkerOptions) => ({}) as Worker);
beforeEach(() => {
  vi.spyOn(Worker, 'create').mockImplementation(create);
  create.mockClear();
});
afterEach(() => vi.restoreAllMocks());

/** What the SDK's worker would be made of. */
async function created(options: CreateWorkerOptions): Promise<WorkerOptions> {
  await createWorker(options);
  return create.mock.lastCall![0];
}

it('caches as many runs as fit, unless told otherwise', async () => {
  expect(await created({})).toMatchObject({ taskQueue: 'holdpoint', maxCachedWorkflows: cachedWorkflows() });
  expect(await created({ maxCachedWorkflows: 7 })).toMatchObject({ maxCachedWorkflows: 7 });
});

it('lets plugins have their say in the bundle, which is made before the SDK asks them', async () => {
  const workflowsPath = fileURLToPath(new URL('../../workflows/bundles/plain.ts', import.meta.url));
  const interceptors = fileURLToPath(new URL('../../workflows/bundles/with-cel.ts', import.meta.url));
  const plugin = {
    name: 'theirs',
    configureBundler: <Options>(options: Options) => ({ ...options, workflowInterceptorModules: [interceptors] }),
  };
  const { workflowBundle, plugins } = await created({ workflowsPath, plugins: [plugin] });
  expect((workflowBundle as { code: string }).code).toContain('with-cel.ts');
  expect(plugins!.map(({ name }) => name)).toEqual(['holdpoint', 'theirs', 'holdpoint.briefSpans']);
});
