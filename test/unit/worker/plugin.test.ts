import { ExternalStorage } from '@temporalio/common';
import { Runtime, type WorkerOptions } from '@temporalio/worker';
import { describe, expect, it, vi } from 'vitest';
import { onceForOneYes } from '../../../activities/once.ts';
import { stepInputs } from '../../../activities/step-input.ts';
import { storedDataConverter } from '../../../client/external-storage.ts';
import { fileStorage } from '../../../client/file-storage.ts';
import { holdpointPlugin, type HoldpointPluginOptions } from '../../../worker/plugin.ts';
import { ensureSearchAttributes } from '../../../worker/search-attributes.ts';
import {
  EXTERNAL_STORAGE_PATCH,
  NO_SEARCH_ATTRIBUTES_PATCH,
  PATCH_PREFIX,
} from '../../../workflows/protocol/patches.ts';

const ALL = { HoldpointStatus: 2, HoldpointStep: 7, HoldpointSession: 2, HoldpointDue: 6 };

/** A namespace as the operator service shows it. */
function namespace(known: Record<string, number>, add?: (added: Record<string, number>) => void) {
  const operatorService = {
    listSearchAttributes: vi.fn(async () => ({ customAttributes: { ...known } })),
    addSearchAttributes: vi.fn(async ({ searchAttributes }: { searchAttributes: Record<string, number> }) => {
      if (!add) throw new Error('7 PERMISSION_DENIED: Request unauthorized.');
      add(searchAttributes);
    }),
  };
  const withDeadline = (_: unknown, fn: () => Promise<unknown>) => fn();
  return { operatorService, withDeadline } as never;
}

const configure = async (
  worker: Partial<WorkerOptions>,
  options: HoldpointPluginOptions = { searchAttributes: true },
) => (await holdpointPlugin(options).configureWorker!({ taskQueue: 'q', ...worker })) as WorkerOptions;

const ask = (worker: WorkerOptions, patchId: string) => worker.patchActivationCallback!({ patchId } as never);

const leaving = (payloadSizeThreshold: number) => ({
  externalStorage: new ExternalStorage({ drivers: [fileStorage('.')], payloadSizeThreshold }),
});

describe('holdpointPlugin', () => {
  it('puts its interceptors before those of the user, and what reads arguments after them as well', async () => {
    const theirs = () => ({});
    const { interceptors } = await configure({ interceptors: { activity: [theirs] } });
    const activity = interceptors!.activity!;
    expect(activity.indexOf(theirs)).toBe(5);
    expect(activity.slice(6)).toEqual([onceForOneYes, stepInputs]);
  });

  it('shortens the sticky timeout, unless the user chose one', async () => {
    expect((await configure({})).stickyQueueScheduleToStartTimeout).toBe('1s');
    const chosen = await configure({ stickyQueueScheduleToStartTimeout: '7s' });
    expect(chosen.stickyQueueScheduleToStartTimeout).toBe('7s');
  });

  it.each([true, false])('is told whether runs set search attributes: %s', async (searchAttributes) => {
    expect(ask(await configure({}, { searchAttributes }), NO_SEARCH_ATTRIBUTES_PATCH)).toBe(!searchAttributes);
  });

  it('finds out itself when it is not told', async () => {
    const warn = vi.spyOn(Runtime.instance().logger, 'warn').mockImplementation(() => {});
    const worker = (known: Record<string, number>) => configure({ connection: namespace(known) }, {});
    expect(ask(await worker(ALL), NO_SEARCH_ATTRIBUTES_PATCH)).toBe(false);
    expect(warn).not.toHaveBeenCalled();
    expect(ask(await worker({}), NO_SEARCH_ATTRIBUTES_PATCH)).toBe(true);
    expect(warn).toHaveBeenCalledOnce();
  });

  it.each([
    ['no external storage', {}, false],
    ['one', storedDataConverter({ folder: '.' }), true],
    ['one that leaves large payloads on the server', leaving(1_000_000), false],
  ])('lets runs have large payloads where the worker has %s', async (_, dataConverter, answer) => {
    expect(ask(await configure({ dataConverter }), EXTERNAL_STORAGE_PATCH)).toBe(answer);
  });

  it('leaves every other patch to the user, and else to the SDK', async () => {
    expect(ask(await configure({}), 'theirs')).toBe(true);
    const patchActivationCallback = vi.fn(() => false);
    const worker = await configure({ patchActivationCallback });
    expect(ask(worker, 'theirs')).toBe(false);
    expect(patchActivationCallback).toHaveBeenCalledOnce();
    expect(ask(worker, `${PATCH_PREFIX}definition:abc`)).toBe(true);
    expect(patchActivationCallback).toHaveBeenCalledOnce();
  });
});

describe('ensureSearchAttributes', () => {
  it('registers what is missing', async () => {
    const known: Record<string, number> = { HoldpointStatus: 2 };
    const warn = vi.fn();
    const ready = await ensureSearchAttributes(
      namespace(known, (added) => Object.assign(known, added)),
      'prod',
      warn,
    );
    expect({ ready, known }).toEqual({ ready: true, known: ALL });
    expect(warn).not.toHaveBeenCalled();
  });

  it('says what is missing and how to register it, where it may not', async () => {
    const warn = vi.fn();
    expect(await ensureSearchAttributes(namespace({ HoldpointStatus: 2, HoldpointStep: 7 }), 'prod', warn)).toBe(false);
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]![0]).toMatch(/^Search attributes HoldpointSession, HoldpointDue .*PERMISSION_DENIED/);
    expect(warn.mock.calls[0]![0]).toContain(
      'temporal operator search-attribute create --namespace prod --name HoldpointSession --type Keyword --name HoldpointDue --type Datetime',
    );
  });

  it('does not use a name that has another type', async () => {
    const warn = vi.fn();
    expect(await ensureSearchAttributes(namespace({ ...ALL, HoldpointDue: 1 }), 'prod', warn)).toBe(false);
    expect(warn.mock.calls[0]![0]).toMatch(
      /HoldpointDue exists with another type than Datetime; first: temporal operator search-attribute remove .* --name HoldpointDue\)/,
    );
  });
});
