// What the end-to-end tests share, made once: a small generated data set and a run trained on it by the compiled
// command.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { machineName } from '../src/cli/tuned-settings.ts';
import { duetProgram, duetWith, small } from './duet.ts';

export type Shared = {
  /** A folder for temporary files, removed at the end. */
  readonly root: string;
  /**
   * Four classes with three training clips, one for validation and one for testing each, under train/, val/ and test/.
   */
  readonly data: string;
  /** One epoch of the `duet` recipe on `data`. */
  readonly run: string;
};

declare module 'vitest' {
  export interface ProvidedContext {
    readonly shared: Shared;
  }
}

export const classes = ['bouncing-ball', 'calling-bird', 'metal-bowl', 'pouring-jug'];

/** Clips of the generated data set, of these classes alone, made in several threads of the compiled program. */
async function makeClips(data: string): Promise<void> {
  const { openMakers }: typeof import('../src/demo/makers-node.ts') = await import(
    new URL('../dist/demo/makers-node.js', import.meta.url).href
  );
  const keys = (Object.entries({ train: 3, val: 1, test: 1 }) as ['train' | 'val' | 'test', number][]).flatMap(
    ([split, count]) =>
      classes.flatMap((className) =>
        Array.from({ length: count }, (_, index) => ({ seed: 1, split, className, index })),
      ),
  );
  const makers = openMakers(Math.min(availableParallelism(), keys.length));
  const left = [...keys];
  await Promise.all(
    makers.map(async (maker) => {
      for (let key = left.shift(); key; key = left.shift()) {
        const { annotation, bytes } = await maker.make(key);
        await mkdir(dirname(join(data, annotation.path)), { recursive: true });
        await writeFile(join(data, annotation.path), bytes);
      }
      await maker.close();
    }),
  );
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(duetProgram))
    throw new Error('dist/ is missing: these tests run the compiled command, so run "npm run build" first');
  const root = await mkdtemp(join(tmpdir(), 'duet-end-to-end-'));
  const [data, run] = [join(root, 'data'), join(root, 'run')];
  await makeClips(data);
  // Files run side by side, so that a command with a thread for each core would wait for the others.
  const tuned = { version: 1, machines: { [machineName()]: { provider: 'cpu', threads: 1 } } };
  await mkdir(join(root, '.config/duet'), { recursive: true });
  await writeFile(join(root, '.config/duet/tuned.json'), JSON.stringify(tuned));
  const trained = await duetWith(root, ['train', data, '--out', run, '--epochs', '1', '--batch', '6', ...small]);
  if (trained.code !== 0) throw new Error(`the first training failed: ${trained.error}`);
  project.provide('shared', { root, data, run });
  return () => rm(root, { recursive: true, force: true });
}
