// How clips that were read become mixtures with a picture of what is wanted.
import { annotationOf } from '../../data/annotation.ts';
import type { Example } from '../../data/dataset.ts';
import type { Arrays, Intake, Json, Pass, StoredReading } from '../../data/intake.ts';
import { joinFloat32 } from '../../files/tensor-values.ts';
import { createRandom, type Random } from '../../random.ts';
import { spectraPass } from './class-spectra.ts';
import { mixSounds, soundingCut, variedCut } from './mix.ts';
import { type MixtureOptions, type MixtureRow, planFixedMixtures, planTrainingMixtures } from './mixture-plan.ts';
import { meanSpectrum, mixtureSpectra } from './mixture-spectra.ts';

export type ExtractIntakeOptions = {
  readonly key: Json;
  readonly mixtures: MixtureOptions;
  /** Of the sound, in hertz, and of a frame of its spectrum, in samples, and its bands. */
  readonly sampleRate: number;
  readonly window: number;
  readonly bands: number;
  /** Samples of a row in training, and of one in evaluation. */
  readonly trainingSamples: number;
  readonly windowSamples: number;
  /** How many pictures tell what is wanted: the target's, or also the interferer's. */
  readonly pictures: 1 | 2;
  /** `standard`: sounds at other speeds and tilts, pictures mirrored. */
  readonly augment: 'none' | 'standard';
  /** How many factors the network has, and the share of them that dropout sets to 0 in training. */
  readonly factors: number;
  readonly dropout: number;
};

/** Passes: `train`; of rounds counted by their epoch `evaluate`; `misled`, with the pictures exchanged; `without picture`, with features of zeros; that of the bound. */
export function extractIntake(options: ExtractIntakeOptions): Intake {
  const { sampleRate, windowSamples } = options;

  async function row(row: MixtureRow, open: (clip: string) => Promise<StoredReading>, pass: Pass): Promise<Arrays> {
    const isTraining = pass.name === 'train';
    const isVaried = isTraining && options.augment === 'standard';
    const names = isTraining ? [pass.seed, pass.epoch, ...row.clips] : row.clips.slice(0, 2);
    const length = isTraining ? options.trainingSamples : windowSamples;
    const sound = async (clip: string, part: string) => {
      const random = createRandom(`cut of ${part}`, ...names);
      const samples = (await (await open(clip)).get('sound')).data as Float32Array;
      return isVaried ? variedCut(samples, sampleRate, length, random) : soundingCut(samples, length, random);
    };
    const [target, interferer, ...pictures] = row.clips;
    const { ratio, silent } = row.target;
    const mixed = mixSounds(
      silent ? undefined : await sound(target, 'target'),
      await sound(interferer, 'interferer'),
      ratio,
    );
    const shown = pictures.slice(0, options.pictures).map(async (clip, place) => {
      const random = isTraining ? createRandom('picture', place, ...names) : undefined;
      return storedFeature(await open(clip), random, isVaried);
    });
    const visual = joinFloat32(await Promise.all(shown));
    if (isTraining)
      return {
        ...{ ...mixtureSpectra(mixed, options.window), visual },
        factors: dropoutFactors(createRandom('dropout', ...names)),
      };
    return { ...mixed, visual: pass.name === 'without picture' ? visual.fill(0) : visual };
  }

  async function ownSpectrum(clip: string, open: (clip: string) => Promise<StoredReading>): Promise<Arrays> {
    const reading = await open(clip);
    const sound = (await reading.get('sound')).data as Float32Array;
    return {
      visual: await storedFeature(reading, undefined, false),
      spectrum: meanSpectrum(sound, options),
    };
  }

  function dropoutFactors(random: Random): Float32Array {
    const kept = 1 - options.dropout;
    return Float32Array.from({ length: options.factors }, () => (random.uniform() < kept ? 1 / kept : 0));
  }

  return {
    key: options.key,
    read: needsSession,
    plan(examples, { name, seed, epoch }) {
      const clips = examples.map((example) => ({ id: example.id, label: sourceOf(example) }));
      if (name === spectraPass) return clips.map(({ id, label }) => ({ clips: [id], target: label }));
      if (name === 'train') return planTrainingMixtures(clips, seed, epoch, options.mixtures);
      return planFixedMixtures(clips, options.mixtures.ratioRange, epoch, name === 'misled');
    },
    row: (one, open, pass) =>
      pass.name === spectraPass ? ownSpectrum(one.clips[0]!, open) : row(one as MixtureRow, open, pass),
    windows: needsSession,
  };
}

/** In the place of reading, for intakes whose reader has a session. */
export function needsSession(): never {
  throw new Error('what is seen in pictures needs a session; see OpenSystem.reader');
}

/** Who speaks in a clip, or what sounds in it; '' where nobody says. */
export function sourceOf(example: Example): string {
  return annotationOf(example, 'speech')?.speaker ?? annotationOf(example, 'class')?.label ?? '';
}

/** What is seen in a drawn frame of a clip, plain or mirrored, or in the middle one. */
async function storedFeature(
  reading: StoredReading,
  random: Random | undefined,
  mayMirror: boolean,
): Promise<Float32Array> {
  const { shape, data } = await reading.get('visual');
  const [count, views, width] = shape as [number, number, number];
  const frame = random ? random.integer(count) : count >> 1;
  const mirrored = random && mayMirror && random.uniform() < 0.5 ? 1 : 0;
  const first = (views * frame + Math.min(mirrored, views - 1)) * width;
  return (data as Float32Array).slice(first, first + width);
}
