import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts', 'studio/src/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          sequence: { groupOrder: 1 },
          include: ['test/**/*.test.ts'],
          globalSetup: 'test/global-setup.ts',
          // Most of the time is spent in the commands' own processes, one thread each.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'studio',
          sequence: { groupOrder: 2 },
          include: ['studio/test/**/*.test.ts'],
          expect: { poll: { timeout: 60_000 } },
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
