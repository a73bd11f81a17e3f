import { defineConfig } from 'vitest/config';

/** Fast tests, without a server: they run first. */
const unit = ['test/unit/**/*.test.ts'];
/** They kill processes and take the time until all is well again: they run last, and one at a time. */
const crash = ['test/crash/**/*.test.ts'];

const withServer = {
  globalSetup: ['test/support/global-setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
  teardownTimeout: 30_000,
};

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: unit, testTimeout: 30_000, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: [...unit, ...crash],
          // A file has a Temporal server, a worker and a webpack bundle: more than two at once starve each other on 2 cores.
          maxWorkers: 2,
          ...withServer,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'crash', include: crash, maxWorkers: 1, ...withServer, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
