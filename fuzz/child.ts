// One reader's inputs in a process of its own, which the parent can stop: it says what each input came to.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../src/random.ts';
import { type Ending, endingOf } from './ending.ts';
import { mutate } from './mutate.ts';
import { readers } from './readers.ts';

export type Job = { readonly reader: string; readonly seed: number; readonly from: number; readonly to: number };
export type Told = { readonly index: number; readonly ending: Ending; readonly rss: number };

async function work({ reader: name, seed, from, to }: Job): Promise<void> {
  const reader = readers.find((one) => one.name === name)!;
  const folder = await mkdtemp(join(tmpdir(), 'duet-fuzz-'));
  try {
    const own = join(folder, 'seeds');
    await mkdir(own);
    const seeds = await reader.seeds(own);
    for (let index = from; index < to; index++) {
      const random = createRandom(seed, 'fuzz', name, index);
      const whole = seeds[random.integer(seeds.length)]!;
      const bytes = mutate(whole.bytes, whole.name.endsWith('.safetensors') ? 'binary' : reader.kind, random);
      for (const other of (await reader.beside?.(own)) ?? []) await writeFile(join(folder, other.name), other.bytes);
      const path = join(folder, whole.name);
      await writeFile(path, bytes);
      const ending = await endingOf(() => reader.read(path, bytes));
      process.send!({ index, ending, rss: process.memoryUsage.rss() } satisfies Told);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.once('message', (job: Job) => {
  work(job).then(
    () => process.disconnect(),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
