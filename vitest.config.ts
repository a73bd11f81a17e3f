import { defineConfig } from 'vitest/config';

/** Fast tests, without a server: they run first. */
const unit = ['test/unit/**/*.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      { extends: true, test: { name: 'unit', include: unit, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: unit,
          globalSetup: ['test/support/global-setup.ts'],
          // A file has a Temporal server, a worker and a webpack bundle: more than two at once starve each other on 2 cores.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          teardownTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
