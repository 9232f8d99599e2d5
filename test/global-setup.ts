// What the end-to-end tests share, made once: a small generated data set and a run trained on it by the compiled
// command.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
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

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(duetProgram))
    throw new Error('dist/ is missing: these tests run the compiled command, so run "npm run build" first');
  const root = await mkdtemp(join(tmpdir(), 'duet-end-to-end-'));
  const [data, run] = [join(root, 'data'), join(root, 'run')];
  // The compiled library makes clips in several threads.
  const library: typeof import('../src/index.ts') = await import(new URL('../dist/index.js', import.meta.url).href);
  await library.generateDemoData({ folder: join(root, 'all'), seed: 1, clipsPerClass: { train: 3, val: 1, test: 1 } });
  for (const split of ['train', 'val', 'test']) {
    for (const name of classes) await cp(join(root, 'all', split, name), join(data, split, name), { recursive: true });
  }
  const trained = await duetWith(root, ['train', data, '--out', run, '--epochs', '1', '--batch', '6', ...small]);
  if (trained.code !== 0) throw new Error(`the first training failed: ${trained.error}`);
  project.provide('shared', { root, data, run });
  return () => rm(root, { recursive: true, force: true });
}
