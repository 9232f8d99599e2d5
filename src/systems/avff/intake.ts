// How clips become rows of the full AVFF: frames at 5 a second and the sound, windows of 3.2 seconds, and which of their
// slices are fake.
import { annotationOf } from '../../data/annotation.ts';
import type { Example } from '../../data/dataset.ts';
import type { Arrays, Intake, Pass, Reading, Row, StoredReading } from '../../data/intake.ts';
import { readSound } from '../../data/read-sound.ts';
import { DuetError } from '../../errors.ts';
import { windowStarts } from '../../infer/timeline.ts';
import type { Media } from '../../media/media.ts';
import { createRandom, type Random } from '../../random.ts';
import { silentFrames } from '../../signal/leading-silence.ts';
import type { Picture } from '../../signal/picture.ts';
import { audioPatches, framesPerSecond, sampleRate, secondsOf, squareFrame, videoPatches } from './inputs.ts';
import { drawVisible } from './masks.ts';
import type { AvffNetwork } from './network.ts';

export type AvffIntakeSettings = {
  readonly network: AvffNetwork;
  readonly exactHop: boolean;
  readonly trimSilence: boolean;
  /** Flips and grey pictures in training. */
  readonly augment: boolean;
  /** Width and dropped share of the head of tokens; 0 of the head of slices. */
  readonly dropout: { readonly width: number; readonly share: number };
};

/** What a row is: which clip, and where it is fake, in seconds of the reading; undefined where that is not known. */
export type AvffTarget = {
  readonly real: boolean;
  readonly method?: string;
  readonly fakes?: readonly { readonly start: number; readonly end: number }[];
  /** Of a clip that occurs more than once in a pass. */
  readonly round?: number;
};

function isTraining({ name }: Pass): boolean {
  return name === 'train' || name === 'reconstruct';
}

/** Draws of a window that should hold something. */
const mostDraws = 16;

/**
 * Passes: `reconstruct`, every real clip; `train`, in which the rarer of real and fake is repeated until both are equally frequent; `evaluate`, the
 * middle window of every clip. Rows hold the inputs and targets of both stages.
 */
export function avffIntake(settings: AvffIntakeSettings): Intake {
  const { network, exactHop, trimSilence, augment, dropout } = settings;
  const seconds = secondsOf(network);
  const { frames: count, imageSize } = network.video;

  async function row({ clips, target }: Row, open: (clip: string) => Promise<StoredReading>, pass: Pass) {
    const about = target as unknown as AvffTarget;
    const reading = await open(clips[0]!);
    const random = createRandom(pass.seed, 'avff row', pass.name, pass.epoch, clips[0]!, about.round ?? 0);
    const [pictures, sound] = [await reading.get('frames'), await reading.get('sound')];
    const spare = pictures.shape[0]! - count;
    if (spare < 0) throw new DuetError(`"${clips[0]}" is shorter than ${seconds} s; leave it out.`);
    const first = isTraining(pass) ? drawnStart(about, spare, random) : spare >> 1;
    const area = 3 * imageSize ** 2;
    const shown = Array.from({ length: count }, (_, i): Picture => {
      const data = (pictures.data as Uint8Array).subarray((first + i) * area, (first + i + 1) * area);
      return { width: imageSize, height: imageSize, data };
    });
    const isVaried = augment && isTraining(pass);
    const change = { flipped: isVaried && random.uniform() < 0.5, grey: isVaried && random.uniform() < 0.2 };
    const perFrame = sampleRate / framesPerSecond;
    const heard = (sound.data as Float32Array).subarray(first * perFrame, (first + count) * perFrame);
    return {
      video: videoPatches(shown, network, change),
      audio: audioPatches(heard, network, exactHop),
      visible: drawVisible(random, network.slices),
      // Seconds of the reading at which the window begins, for whoever compares it with fake periods.
      start: Float32Array.of(first / framesPerSecond),
      ...targetsOf(about, first / framesPerSecond, random),
    };
  }

  /** Of a fake whose periods are known, a window with one of them, if it can be had. */
  function drawnStart(about: AvffTarget, spare: number, random: Random): number {
    const draws = Array.from({ length: about.fakes ? mostDraws : 1 }, () => random.integer(spare + 1));
    const hasFake = (start: number) => sliceLabels(about, start / framesPerSecond, seconds, 1)[0] === 1;
    return draws.find(hasFake) ?? draws[0]!;
  }

  function targetsOf(about: AvffTarget, start: number, random: Random): Arrays {
    const labels = sliceLabels(about, start, seconds, network.slices);
    const isFake = !about.real && (!about.fakes || labels.includes(1));
    const keep = () =>
      Float32Array.from({ length: dropout.width }, () =>
        random.uniform() < dropout.share ? 0 : 1 / (1 - dropout.share),
      );
    return {
      ...{ mix_video: Float32Array.of(random.uniform()), mix_audio: Float32Array.of(random.uniform()) },
      real: Float32Array.of(Number(about.real)),
      label: Float32Array.of(Number(isFake)),
      counted: Float32Array.of(1),
      slice_label: labels,
      ...(dropout.width > 0 && { keep_1: keep(), keep_2: keep() }),
    };
  }

  return {
    key: ['avff', framesPerSecond, sampleRate, imageSize, trimSilence],
    read: (media) => readClip(media, network, trimSilence),
    plan(examples, pass) {
      const rows = examples.map(rowOf);
      if (!isTraining(pass)) return rows;
      const learnt = pass.name === 'reconstruct' ? rows.filter(isReal) : balanced(rows);
      return createRandom(pass.seed, 'avff order', pass.epoch).shuffle(learnt);
    },
    row,
    async *windows(media, { hop = seconds / 2 }) {
      checkSides(media);
      for (const start of windowStarts(media.duration, seconds, hop)) {
        const times = Array.from({ length: count }, (_, frame) => start + (frame + 0.5) / framesPerSecond);
        const pictures = await media.readFrames(times);
        const samples = await readSound(media, Math.round(start * sampleRate), seconds * sampleRate, sampleRate);
        const squares = pictures.map((picture) => squareFrame(picture, network));
        yield {
          ...{ start, end: Math.min(start + seconds, media.duration), frame: pictures[count >> 1] },
          inputs: {
            video: videoPatches(squares, network),
            audio: audioPatches(samples, network, exactHop),
          },
        };
      }
    },
  };
}

function rowOf(example: Example): Row {
  const truth = annotationOf(example, 'truth');
  if (!truth)
    throw new DuetError(`The clip "${example.id}" is said to be neither real nor fake; give data that says so.`);
  const { real, method, fakes } = truth;
  const times = fakes?.map(({ start, end }) => ({ start, end }));
  return {
    clips: [example.id],
    target: { real, ...(method !== undefined && { method }), ...(times && { fakes: times }) },
  };
}

function isReal({ target }: Row): boolean {
  return (target as unknown as AvffTarget).real;
}

/** The rarer kind repeated, whole rounds and then its first rows, until both are equally frequent. */
function balanced(rows: readonly Row[]): Row[] {
  const kinds = [rows.filter(isReal), rows.filter((row) => !isReal(row))];
  const most = Math.max(...kinds.map((kind) => kind.length));
  return kinds.flatMap((kind) =>
    Array.from({ length: kind.length === 0 ? 0 : most }, (_, place): Row => {
      const { clips, target } = kind[place % kind.length]!;
      return { clips, target: { ...(target as object), round: Math.floor(place / kind.length) } };
    }),
  );
}

/**
 * 1 for slices that overlap a fake period, 0 for others, -1 where the periods of a fake are not known.
 * @param start of the window in seconds.
 */
export function sliceLabels({ real, fakes }: AvffTarget, start: number, seconds: number, slices: number): Float32Array {
  if (real) return new Float32Array(slices);
  if (!fakes) return new Float32Array(slices).fill(-1);
  return Float32Array.from({ length: slices }, (_, slice) => {
    const from = start + (slice * seconds) / slices;
    const to = start + ((slice + 1) * seconds) / slices;
    return Number(fakes.some((fake) => fake.start < to && fake.end > from));
  });
}

function checkSides({ video, audio }: Media): void {
  if (!video || !audio)
    throw new DuetError(
      `The clip has no ${video ? 'sound' : 'picture'}, and only both can be compared; give a video with both.`,
    );
}

/** Whole frames held at a time. */
const framesAtOnce = 32;

async function readClip(media: Media, network: AvffNetwork, trimSilence: boolean): Promise<Reading> {
  checkSides(media);
  const { imageSize, frames: needed } = network.video;
  const whole = Math.floor(media.duration * framesPerSecond + 1e-6);
  const perFrame = sampleRate / framesPerSecond;
  const samples = await readSound(media, 0, whole * perFrame, sampleRate);
  const skipped = trimSilence ? Math.min(silentFrames(samples, sampleRate, framesPerSecond), whole) : 0;
  const count = whole - skipped;
  if (count < needed)
    throw new DuetError(
      `The clip is shorter than ${secondsOf(network)} s; give a longer one, or the recipe authentic.`,
    );
  const area = 3 * imageSize ** 2;
  const frames = new Uint8Array(count * area);
  for (let first = 0; first < count; first += framesAtOnce) {
    const length = Math.min(framesAtOnce, count - first);
    const times = Array.from({ length }, (_, i) => (skipped + first + i + 0.5) / framesPerSecond);
    for (const [i, picture] of (await media.readFrames(times)).entries())
      frames.set(squareFrame(picture, network).data, (first + i) * area);
  }
  return {
    arrays: {
      frames: { shape: [count, imageSize, imageSize, 3], data: frames },
      sound: { shape: [count * perFrame], data: samples.subarray(skipped * perFrame) },
    },
  };
}
