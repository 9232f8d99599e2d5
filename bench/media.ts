// How long decoding and features take for a second of video.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { windowInputs } from '../src/data/model-inputs.ts';
import { inputSettings } from '../src/infer/input-choices.ts';
import { openMedia } from '../src/media/open-media-node.ts';
import { plainIntake } from '../src/systems/ma-avt/intake.ts';
import { recipes } from '../src/systems/ma-avt/recipes.ts';
import { openBackbone } from '../src/weights/open-backbone-node.ts';
import { demoClips } from './demo-clips.ts';
import { benchModel } from './models.ts';
import { type Fact, factOf } from './results.ts';
import type { Outcome, Settings } from './workloads.ts';

/** Generated clips, and those of the folder in DUET_BENCH_VIDEOS. One thread. */
export async function measureMedia({ cache, isQuick }: Settings): Promise<Outcome> {
  const { files } = await benchModel('tiny', join(cache, 'models'));
  const settings = inputSettings((await openBackbone(files.backbone)).config, recipes.reference);
  const intake = plainIntake(settings);
  const own = process.env.DUET_BENCH_VIDEOS;
  const sets: [string, string[]][] = [['generated clips', await demoClips(cache)]];
  if (own !== undefined) sets.push(['videos of DUET_BENCH_VIDEOS', await videosIn(own)]);
  const facts: Fact[] = [];
  for (const [name, paths] of sets) {
    const perSecond = { window: [] as number[], training: [] as number[] };
    for (let round = 0; round < (isQuick ? 2 : 6); round++) {
      for (const path of paths) {
        const time = async (kind: keyof typeof perSecond) => {
          const began = performance.now();
          const media = await openMedia(path);
          try {
            await (kind === 'window' ? windowInputs(media, 0, settings, 'zero') : intake.read(media));
            // The first round opens decoders.
            if (round > 0) perSecond[kind].push((performance.now() - began) / media.duration);
          } finally {
            await media.close();
          }
        };
        await time('window');
        await time('training');
      }
    }
    facts.push(
      factOf(`one window for prediction, for a second of video (${name})`, perSecond.window, 'ms'),
      factOf(`all that training keeps, for a second of video (${name})`, perSecond.training, 'ms'),
    );
  }
  return { sides: [], facts };
}

async function videosIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(mp4|webm|mkv|mov)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
