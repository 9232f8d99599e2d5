// How clips become mixtures with a picture of what is wanted. Sounds are the mean of their channels at the network's rate,
// pictures are frames a second apart.
import { annotationOf } from '../../data/annotation.ts';
import type { Example } from '../../data/dataset.ts';
import type { Arrays, Intake, Pass, Reading, StoredReading, Window } from '../../data/intake.ts';
import { readSound } from '../../data/read-sound.ts';
import { wholeClip } from '../../data/windows.ts';
import { DuetError } from '../../errors.ts';
import { joinFloat32 } from '../../files/tensor-values.ts';
import type { Media } from '../../media/media.ts';
import { createRandom, type Random } from '../../random.ts';
import type { Box } from '../../signal/box.ts';
import { crop } from '../../signal/crop.ts';
import { flipHorizontally } from '../../signal/flip.ts';
import { type Colour, normalisePicture } from '../../signal/normalise-picture.ts';
import type { Picture } from '../../signal/picture.ts';
import { resize } from '../../signal/resize.ts';
import { windowFrames } from './blend-masks.ts';
import { fileGain } from './file-level.ts';
import { mixSounds, soundingCut, variedCut } from './mix.ts';
import { type MixtureOptions, type MixtureRow, planFixedMixtures, planTrainingMixtures } from './mixture-plan.ts';

export type ExtractIntakeOptions = {
  readonly mixtures: MixtureOptions;
  /** Of the sound, in hertz, and of a frame of its spectrum, in samples. */
  readonly sampleRate: number;
  readonly window: number;
  /** Samples of a row in training, and of one in evaluation and prediction: multiples of half a window. */
  readonly trainingSamples: number;
  readonly windowSamples: number;
  /** How many pictures tell what is wanted: the target's, or also the interferer's. */
  readonly pictures: 1 | 2;
  readonly imageSize: { readonly height: number; readonly width: number };
  readonly mean: Colour;
  readonly std: Colour;
  /** `standard`: sounds at other speeds and tilts, pictures mirrored. */
  readonly augment: 'none' | 'standard';
  /** How many factors the network has, and the share of them that dropout sets to 0 in training. */
  readonly factors: number;
  readonly dropout: number;
  /** In prediction, the part of the picture that shows the target, and that of what else is in view. */
  readonly boxes?: readonly Box[] | undefined;
};

/** What is read of a long training clip, in seconds. */
const mostSeconds = 60;

/** Passes: `train`; `evaluate`; `misled`, with the pictures exchanged; `without picture`, with plain ones. */
export function extractIntake(options: ExtractIntakeOptions): Intake {
  const { sampleRate, window, windowSamples, imageSize, mean, std } = options;
  const hop = window / 2;
  const fitted = (picture: Picture) => resize(picture, imageSize.width, imageSize.height, 'bicubic');
  const normalised = (picture: Picture) => normalisePicture(picture, mean, std);

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
      const picture = await storedPicture(await open(clip), random);
      return normalised(random && isVaried && random.uniform() < 0.5 ? flipHorizontally(picture) : picture);
    });
    const images = joinFloat32(await Promise.all(shown));
    return {
      ...mixed,
      images: pass.name === 'without picture' ? images.fill(0) : images,
      factors: dropoutFactors(isTraining ? createRandom('dropout', ...names) : undefined),
    };
  }

  function dropoutFactors(random: Random | undefined): Float32Array {
    const kept = 1 - options.dropout;
    return Float32Array.from({ length: options.factors }, () =>
      random ? (random.uniform() < kept ? 1 / kept : 0) : 1,
    );
  }

  async function* windows(media: Media, seconds: number): AsyncGenerator<Window> {
    checkBoth(media);
    const gain = await fileGain(media, sampleRate);
    const frames = Math.ceil((wholeClip(media).end * sampleRate) / hop) + 1;
    const hopFrames = Math.max(1, Math.round((seconds * sampleRate) / hop));
    for (const start of windowFrames(frames, windowSamples / hop + 1, hopFrames)) {
      const first = start * hop;
      const samples = await readSound(media, first, windowSamples, sampleRate);
      const [from, to] = [first / sampleRate, Math.min((first + windowSamples) / sampleRate, media.duration)];
      const [frame] = await media.readFrames([(from + to) / 2]);
      const parts = partsOf(frame!, options);
      const inputs = {
        mixture: samples.map((value) => gain * value),
        target: new Float32Array(windowSamples),
        images: joinFloat32(parts.map((part) => normalised(fitted(part)))),
      };
      yield { start: from, end: to, inputs, frame };
    }
  }

  return {
    key: ['extract', sampleRate, Object.values(imageSize), mostSeconds],
    async read(media): Promise<Reading> {
      checkBoth(media);
      const seconds = Math.min(wholeClip(media).end, mostSeconds);
      const sound = await readSound(media, 0, Math.round(seconds * sampleRate), sampleRate);
      if (!sound.some((value) => value !== 0))
        throw new DuetError('The clip is silent; leave it out, as its sound is what is to be learnt.');
      const middle = Math.min(1, seconds) / 2;
      const times = Array.from({ length: Math.max(1, Math.floor(seconds)) }, (_, second) => second + middle);
      const frames = (await media.readFrames(times)).map(fitted);
      const pictures = frames.map(({ height, width, data }, index) => [
        `picture.${index}`,
        { shape: [height, width, 3], data },
      ]);
      return { arrays: { sound: { shape: [sound.length], data: sound }, ...Object.fromEntries(pictures) } };
    },
    plan(examples, { name, seed, epoch }) {
      const clips = examples.map((example) => ({ id: example.id, label: sourceOf(example) }));
      if (name === 'train') return planTrainingMixtures(clips, seed, epoch, options.mixtures);
      return planFixedMixtures(clips, options.mixtures.ratioRange, name === 'misled');
    },
    row: (one, open, pass) => row(one as MixtureRow, open, pass),
    windows: (media, { hop: seconds = windowSamples / sampleRate / 2 }) => windows(media, seconds),
  };
}

/** Who speaks in a clip, or what sounds in it; '' where nobody says. */
function sourceOf(example: Example): string {
  return annotationOf(example, 'speech')?.speaker ?? annotationOf(example, 'class')?.label ?? '';
}

/** @throws DuetError for a clip without picture or sound. */
export function checkBoth({ audio, video }: Media): void {
  if (!audio || !video) throw new DuetError(`The clip has no ${audio ? 'picture' : 'sound'}; give a video with both.`);
}

/** A drawn frame of a clip, or the middle one. */
async function storedPicture(reading: StoredReading, random: Random | undefined): Promise<Picture> {
  const names = reading.names.filter((name) => name.startsWith('picture.'));
  const index = random ? random.integer(names.length) : names.length >> 1;
  const { shape, data } = await reading.get(`picture.${index}`);
  return { height: shape[0]!, width: shape[1]!, data: data as Uint8Array };
}

/** What of a frame is shown to the network. @throws DuetError for boxes that are missing or not inside the frame. */
function partsOf(frame: Picture, { pictures, boxes = [] }: ExtractIntakeOptions): Picture[] {
  if (boxes.length === 0 && pictures === 1) return [frame];
  if (boxes.length !== pictures)
    throw new DuetError(
      pictures === 1
        ? 'This network takes one box, that of the target; give no more.'
        : 'This network is shown the target and what else is in view; give a box for each.',
    );
  return boxes.map((box) => {
    if (box.x + box.width > frame.width || box.y + box.height > frame.height)
      throw new DuetError(
        `The box of ${box.width} x ${box.height} at (${box.x}, ${box.y}) reaches beyond the picture of ${frame.width} x ${frame.height}; give one inside it.`,
      );
    return crop(frame, box);
  });
}
