import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/support/slow-first.ts';

/** Fast tests, without a server: they run first. */
const unit = ['test/unit/**/*.test.ts'];
/** They mock the SDK's module, which another file of the same process may have loaded before. */
const mocking = [
  'test/unit/human/carried-run.fuzz.test.ts',
  'test/unit/human/desk.fuzz.test.ts',
  'test/unit/run/drift-guard.test.ts',
];
/** They kill processes, and mostly wait until all is well again. */
const crash = ['test/crash/**/*.test.ts'];
/** The same, and how long that takes is part of what they show: they run last, and alone. */
const recovery = ['test/crash/worker-killed.test.ts'];

const withServer = {
  globalSetup: ['test/support/global-setup.ts'],
  setupFiles: ['test/support/setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
  teardownTimeout: 30_000,
};

const withCrashes = { ...withServer, globalSetup: [...withServer.globalSetup, 'test/crash/global-setup.ts'] };

export default defineConfig({
  test: {
    pool: 'forks',
    // To load the SDK, for each file in a process of its own, was a fifth of the CPU time of all tests. So files leave
    // nothing behind: what they start they stop, and what they stub is as before (test/support/setup.ts).
    isolate: false,
    // Measured on 2 cores: 540 s with three at a time, 720 s with two, which left a fifth of the cores idle.
    maxWorkers: 3,
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: unit, exclude: mocking, testTimeout: 30_000, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'unit-mocking',
          include: mocking,
          isolate: true,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: [...unit, ...crash],
          ...withServer,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'crash',
          include: crash,
          exclude: recovery,
          // They mostly wait.
          maxWorkers: 4,
          ...withCrashes,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { name: 'recovery', include: recovery, maxWorkers: 1, ...withCrashes, sequence: { groupOrder: 3 } },
      },
    ],
  },
});
