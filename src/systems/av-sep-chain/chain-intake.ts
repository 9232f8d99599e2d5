// How clips that were read become mixtures in the time domain, with what is seen in each frame of the target's picture.
import type { Arrays, Intake, Json, Pass, StoredReading } from '../../data/intake.ts';
import { createRandom } from '../../random.ts';
import { needsSession, sourceOf } from './extract-intake.ts';
import { cutFrom, mixSounds, soundingStart } from './mix.ts';
import { type MixtureRow, planFixedMixtures, planTrainingMixtures } from './mixture-plan.ts';

export type ChainIntakeOptions = {
  readonly key: Json;
  readonly ratioRange: number;
  readonly perClip: number;
  readonly sampleRate: number;
  readonly framesPerSecond: number;
  /** Samples of a row in training, and of one in evaluation. */
  readonly trainingSamples: number;
  readonly windowSamples: number;
};

/** How many frames of the picture go with so many samples. */
export function framesOf(
  samples: number,
  { sampleRate, framesPerSecond }: Pick<ChainIntakeOptions, 'sampleRate' | 'framesPerSecond'>,
): number {
  return Math.max(1, Math.round((samples / sampleRate) * framesPerSecond));
}

/** Passes: `train`; of rounds counted by their epoch `evaluate`; `misled`, seeing the other clip; `without picture`. */
export function chainIntake(options: ChainIntakeOptions): Intake {
  const { sampleRate, framesPerSecond, ratioRange, perClip } = options;

  async function row(row: MixtureRow, open: (clip: string) => Promise<StoredReading>, pass: Pass): Promise<Arrays> {
    const isTraining = pass.name === 'train';
    const names = isTraining ? [pass.seed, pass.epoch, ...row.clips] : row.clips.slice(0, 2);
    const length = isTraining ? options.trainingSamples : options.windowSamples;
    const cut = async (clip: string, part: string) => {
      const samples = (await (await open(clip)).get('sound')).data as Float32Array;
      const start = soundingStart(samples, length, createRandom(`cut of ${part}`, ...names));
      return { start, samples: cutFrom(samples, start, length) };
    };
    const [target, interferer] = [await cut(row.clips[0], 'target'), await cut(row.clips[1], 'interferer')];
    const isMisled = pass.name === 'misled';
    const frames = framesOf(length, options);
    const seen = await seenFrom(
      await open(row.clips[isMisled ? 1 : 0]),
      isMisled ? interferer.start : target.start,
      frames,
    );
    return {
      ...mixSounds(target.samples, interferer.samples, row.target.ratio),
      visual: pass.name === 'without picture' ? seen.fill(0) : seen,
    };
  }

  /** Features of so many frames from a sample on; before the clip and after it those of its ends. */
  async function seenFrom(reading: StoredReading, start: number, count: number): Promise<Float32Array> {
    const [{ shape, data }, { data: places }] = [await reading.get('visual'), await reading.get('places')];
    const [, views, width] = shape as [number, number, number];
    const seen = new Float32Array(count * width);
    for (let index = 0; index < count; index++) {
      const frame = Math.floor((start / sampleRate) * framesPerSecond + index + 0.5);
      const place = Number(places[Math.max(0, Math.min(places.length - 1, frame))]);
      const from = place * views * width;
      seen.set((data as Float32Array).subarray(from, from + width), index * width);
    }
    return seen;
  }

  return {
    key: options.key,
    read: needsSession,
    plan(examples, { name, seed, epoch }) {
      const clips = examples.map((example) => ({ id: example.id, label: sourceOf(example) }));
      if (name !== 'train') return planFixedMixtures(clips, ratioRange, epoch, false);
      return planTrainingMixtures(clips, seed, epoch, { ratioRange, perClip, pictures: 'own', silentShare: 0 });
    },
    row: (one, open, pass) => row(one as MixtureRow, open, pass),
    windows: needsSession,
  };
}
