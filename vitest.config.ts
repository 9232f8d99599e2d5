import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { slowestTests } from './test/slowest-tests.ts';

/** Trainings and whole networks: those tests take seconds each. */
const slow = [
  'src/data/{workers,open-feed-node}.test.ts',
  'src/systems/*/{background-clips,baselines,compare-golden,filterbank-model,golden,intake,model,modulation}.test.ts',
  'src/systems/*/{apply-masks,events-model,extract-stems,network,row-inputs,shared-data,train-localiser}.test.ts',
  'src/systems/avff/light/*.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default', slowestTests],
    sequence: { sequencer: LongestFirst },
    // Vitest alone would leave a core to itself. All projects are one group, as files of the studio wait for a camera in
    // real time and others compute.
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          // Modules are read once for a worker, and not once for a file: a fifth of the time.
          isolate: false,
          include: [
            'src/**/*.test.ts',
            'bench/**/*.test.ts',
            'scripts/**/*.test.ts',
            'fuzz/*.test.ts',
            'studio/src/**/*.test.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // A part of `unit`, for a first look; it runs by name alone.
          name: 'fast',
          include: process.argv.includes('fast') ? ['src/{graph,model,signal,data,systems}/**/*.test.ts'] : [],
          exclude: slow,
          isolate: false,
          // Also beside a training.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          sequence: { groupOrder: 0 },
          // The compiled command as it is.
          server: { deps: { external: [/\/dist\//] } },
          include: ['test/**/*.test.ts'],
          globalSetup: 'test/global-setup.ts',
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'studio',
          sequence: { groupOrder: 0 },
          include: ['studio/test/**/*.test.ts'],
          expect: { poll: { timeout: 60_000 } },
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
