// Damaged video files, read as the commands read them: in a process that is stopped where a file blocks or crashes it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMediaReader } from '../src/data/media-reader-node.ts';
import { createRandom } from '../src/random.ts';
import { endingOf } from './ending.ts';
import { mutate } from './mutate.ts';
import { mediaSeeds } from './readers.ts';
import { count, type Tally } from './tally.ts';

const patienceMs = 10_000;
const mostBytes = 2 ** 30;
const formats = fileURLToPath(new URL('../../../../shared/data/formats', import.meta.url));

/** Undefined where there are no files to damage. */
export async function fuzzMedia(runs: number, seed: number): Promise<Tally | undefined> {
  const seeds = await mediaSeeds(formats);
  if (seeds.length === 0) return undefined;
  const tally: Tally = { read: 0, refused: 0, faults: [] };
  const folder = await mkdtemp(join(tmpdir(), 'duet-fuzz-'));
  const reader = await openMediaReader(patienceMs, mostBytes);
  try {
    for (let index = 0; index < runs; index++) {
      const random = createRandom(seed, 'fuzz', 'media', index);
      const whole = seeds[random.integer(seeds.length)]!;
      const path = join(folder, whole.name);
      await writeFile(path, mutate(whole.bytes, 'binary', random));
      const begun = performance.now();
      const ending = await endingOf(async () => {
        const media = await reader.open({ kind: 'video', path });
        const { duration, video, audio } = media;
        try {
          if (video) await media.readFrames([0, Math.min(duration, 10) / 2]);
          if (audio) await media.readWaveform(0, Math.min(duration, 2));
        } finally {
          await media.close();
        }
      });
      // A file that holds more than a gigabyte is refused too, and is a fault here.
      const isTooLarge = ending.kind === 'refused' && /MiB of memory/.test(ending.sentence);
      const seconds = (performance.now() - begun) / 1000;
      // Three readings, each of which may take ten seconds.
      if (seconds > 30) tally.faults.push({ index, what: `${whole.name}: takes ${seconds.toFixed(0)} s` });
      else count(tally, index, isTooLarge ? { kind: 'fault', what: ending.sentence } : ending);
    }
  } finally {
    reader.close();
    await rm(folder, { recursive: true, force: true });
  }
  return tally;
}
