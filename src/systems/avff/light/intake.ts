// How clips become rows of the light detector: read once, tampered with as the epoch says, and compared as two series.
import { annotationOf } from '../../../data/annotation.ts';
import type { Example } from '../../../data/dataset.ts';
import type { Arrays, Intake, Pass, Reading, Row, StoredReading } from '../../../data/intake.ts';
import { soundStart } from '../../../data/sound-start.ts';
import { drawTampering, needsOther, type Period, type TamperingKind, tamperingKinds } from '../../../data/tampering.ts';
import { DuetError } from '../../../errors.ts';
import { windowStarts } from '../../../infer/timeline.ts';
import { createRandom, type Random } from '../../../random.ts';
import { drawVisible, overMoments } from '../masks.ts';
import { cells, type Features, featuresOf, mirrored, ranks } from './features.ts';
import { type ReadStreams, readStreams } from './read-streams.ts';
import { bands, frameCount, frameSize, framesPerSecond, type Streams, stepsPerFrame, stretch } from './reading.ts';
import { type Tampered, tamper } from './tamper.ts';
import { shortestSeconds } from './verdict.ts';

export type LightIntakeSettings = {
  /** Moments of the longest stretch that is judged in one piece. */
  readonly moments: number;
  readonly folds: number;
  /** Whether clips are read after a strong encoding too, where there is an encoder. */
  readonly recode: boolean;
  /** Whether clips begin where their sound does. */
  readonly trimSilence: boolean;
};

/** What a row is: a clip as it is, or tampered with, by a kind that is drawn or given. */
export type LightTarget = {
  readonly real: boolean;
  readonly method?: string;
  /** The tampering's kind; `drawn` in training. */
  readonly tampering?: TamperingKind | 'drawn';
  /** Among the folds, for clips that the predictors have learnt from. */
  readonly fold?: number;
  /** Where a given fake is known to be fake. */
  readonly fakes?: readonly Period[];
  /** Whether it is seen after a strong encoding; `drawn` in training. */
  readonly recoded?: boolean | 'drawn';
};

/** Seconds of a slice of the masks, as in the paper. */
const sliceSeconds = 0.4;
const hopSeconds = 4;
/** Of the rows in training: with half, clips as they are were judged worse. */
const recodedShare = 0.25;

/**
 * Passes: `reconstruct`, the real clips as they are; `train`, the fakes that are given, and each real clip as it is or
 * tampered with, by turns from epoch to epoch; `evaluate`, the clips as they are; `tampered`, every real clip once for
 * each kind of tampering; `evaluate recoded` and `tampered recoded`, the same after a strong encoding. In training a
 * quarter of the rows are seen after it.
 * Rows hold the inputs and targets of both stages.
 */
export function lightIntake(settings: LightIntakeSettings): Intake {
  const { moments, folds, recode, trimSilence } = settings;

  async function row({ clips, target }: Row, open: Open, pass: Pass): Promise<Arrays> {
    const about = target as unknown as LightTarget;
    const names = [pass.seed, pass.epoch, walkOf(pass), ...clips, about.tampering ?? 'as it is'];
    const random = createRandom('light row', ...names);
    const asRecoded =
      about.recoded === 'drawn'
        ? createRandom('light recoded', ...names).uniform() < recodedShare
        : (about.recoded ?? false);
    const openAs = (clip: string) => openStreams(clip, open, asRecoded);
    const { streams, begins, isRecoded } = await openAs(clips[0]!);
    const given = (about.fakes ?? []).map(({ start, end }) => ({ start: start - begins, end: end - begins }));
    const { streams: made, fakePeriods } = await tampered(
      { streams, fakePeriods: given },
      about,
      clips,
      openAs,
      random,
    );
    const start = isTraining(pass) ? random.integer(Math.max(1, frameCount(made) - moments)) : 0;
    const part = stretch(made, start, Math.min(start + moments + 1, frameCount(made)));
    const isUsable = frameCount(part) >= shortestSeconds * framesPerSecond;
    const asSeen = featuresOf(part);
    // A mirrored face speaks as well.
    const isMirrored = pass.name === 'reconstruct' && random.uniform() < 0.5;
    const features = isMirrored ? { ...asSeen, motion: mirrored(asSeen.motion) } : asSeen;
    const { seen, heard } = drawMasks(features.moments, moments, random);
    const { fold } = about;
    const learns = (other: number) => Number(about.real && isUsable && (fold === undefined || other !== fold));
    return {
      ...modelInputs(features, moments),
      ...{ seen, heard },
      judges: judgesOf(folds, fold),
      learns: Float32Array.from({ length: folds }, (_, other) => learns(other)),
      label: Float32Array.of(about.real ? 0 : 1),
      counted: Float32Array.of(Number(isUsable)),
      recoded: Float32Array.of(Number(isRecoded)),
      silents: fitted(features.silents, moments),
      fakes: fitted(marked(fakePeriods, features.moments, start), moments),
    };
  }

  function windowInputs(streams: Streams, isRecoded: boolean): Arrays {
    const features = featuresOf(streams);
    return {
      ...modelInputs(features, moments),
      judges: judgesOf(folds, undefined),
      silents: fitted(features.silents, moments),
      recoded: Float32Array.of(Number(isRecoded)),
    };
  }

  return {
    key: ['avff light 3', framesPerSecond, frameSize, stepsPerFrame, bands, recode, trimSilence],
    async read(media) {
      const begins = trimSilence ? await soundStart(media, framesPerSecond) : 0;
      return toReading(await readStreams(media, { recode, start: begins }), begins);
    },
    plan(examples, pass) {
      const reals = examples.filter((example) => annotationOf(example, 'truth')?.real);
      const rows = examples.flatMap((example, place) => rowsOf(example, reals, pass, folds, place));
      return isTraining(pass) ? createRandom(pass.seed, 'light order', pass.epoch).shuffle(rows) : rows;
    },
    row,
    async *windows(media, { hop = hopSeconds }) {
      const seconds = (moments + 1) / framesPerSecond;
      const begins = trimSilence ? await soundStart(media, framesPerSecond) : 0;
      const starts = windowStarts(media.duration - begins, seconds, hop);
      const recodes = spread(starts.length, mostRecoded);
      for (const [place, after] of starts.entries()) {
        const start = begins + after;
        const end = Math.min(start + seconds, media.duration);
        const { asItIs, recoded } = await readStreams(media, { recode: recode && recodes.has(place), start, end });
        const [frame] = await media.readFrames([(start + end) / 2]);
        yield { ...{ start, end, frame }, inputs: windowInputs(asItIs, false) };
        if (recoded) yield { start, end, inputs: windowInputs(recoded, true) };
      }
    },
  };
}

/** Windows of a clip that are seen after the encoding too; more would take longer than all the rest. */
const mostRecoded = 3;

/** At most so many of the first `count` numbers, evenly spread from the first to the last. */
function spread(count: number, most: number): ReadonlySet<number> {
  const steps = Math.min(count, most) - 1;
  return new Set(
    Array.from({ length: steps + 1 }, (_, i) => (steps === 0 ? 0 : Math.round((i * (count - 1)) / steps))),
  );
}

type Open = (clip: string) => Promise<StoredReading>;

function isTraining({ name }: Pass): boolean {
  return name === 'reconstruct' || name === 'train';
}

const recodedSuffix = ' recoded';

/** The pass's name without the encoding, which changes nothing of what is drawn. */
function walkOf({ name }: Pass): string {
  return name.endsWith(recodedSuffix) ? name.slice(0, -recodedSuffix.length) : name;
}

function rowsOf(example: Example, reals: readonly Example[], pass: Pass, folds: number, place: number): Row[] {
  const truth = annotationOf(example, 'truth');
  if (!truth)
    throw new DuetError(`The clip "${example.id}" is said to be neither real nor fake; give data that says so.`);
  const { real, method, fakes } = truth;
  const walk = walkOf(pass);
  const known = isTraining(pass)
    ? { fold: foldOf(example, folds), recoded: 'drawn' as const }
    : { recoded: walk !== pass.name };
  const about = { ...(method !== undefined && { method }), ...(fakes && { fakes }) };
  const asIt = { clips: [example.id], target: { real, ...about, ...known } };
  if (walk === 'evaluate') return [asIt];
  if (!real) return walk === 'train' ? [asIt] : [];
  const isItsTurn = (place + pass.epoch) % 2 === 0;
  if (walk === 'reconstruct' || (walk === 'train' && isItsTurn)) return [asIt];
  const random = createRandom(pass.seed, 'light other', walk, pass.epoch, example.id);
  const other = otherOf(example, reals, random);
  const clips = [example.id, ...(other === undefined ? [] : [other])];
  const withKind = (tampering: TamperingKind | 'drawn'): Row => {
    const kind = tampering === 'drawn' ? {} : { method: tampering };
    return { clips, target: { real: false, ...kind, tampering, ...known } };
  };
  if (walk === 'train') return [withKind('drawn')];
  const possible = tamperingKinds.filter((kind) => other !== undefined || !needsOther(kind));
  return possible.map(withKind);
}

/** Draws after which a person is taken to be the only one. */
const mostTries = 20;

/** A real clip of another person, drawn; undefined where there is none. */
function otherOf(example: Example, reals: readonly Example[], random: Random): string | undefined {
  const personOf = ({ group, id }: Example) => group ?? id;
  for (let tries = 0; tries < mostTries && reals.length > 1; tries++) {
    const other = reals[random.integer(reals.length)]!;
    if (personOf(other) !== personOf(example)) return other.id;
  }
  return undefined;
}

/** Which predictors do not learn from a person; the same in every epoch and stage. */
function foldOf({ group, id }: Example, folds: number): number {
  return createRandom('light fold', group ?? id).integer(folds);
}

function judgesOf(folds: number, fold: number | undefined): Float32Array {
  if (fold === undefined) return new Float32Array(folds).fill(1 / folds);
  return Float32Array.from({ length: folds }, (_, other) => Number(other === fold));
}

async function tampered(
  asItIs: Tampered,
  { tampering }: LightTarget,
  clips: readonly string[],
  open: (clip: string) => Promise<OpenStreams>,
  random: Random,
): Promise<Tampered> {
  if (tampering === undefined) return asItIs;
  const { streams } = asItIs;
  const others = clips.slice(1);
  const choice = { seconds: frameCount(streams) / framesPerSecond, others };
  const drawn = drawTampering(random, choice, tampering === 'drawn' ? undefined : [tampering]);
  return tamper(streams, drawn, 'other' in drawn ? (await open(others[0]!)).streams : undefined);
}

/** 1 for the moments that lie in a period, of so many from the frame `start` on. */
function marked(periods: readonly Period[], moments: number, start: number): Float32Array {
  const isIn = (time: number) => periods.some((period) => period.start <= time && time < period.end);
  return Float32Array.from({ length: moments }, (_, moment) => Number(isIn((start + moment + 1) / framesPerSecond)));
}

/** Complementary masks over the moments of a clip, zeros after its end. */
function drawMasks(
  present: number,
  moments: number,
  random: Random,
): { readonly seen: Float32Array; readonly heard: Float32Array } {
  const slices = Math.max(2, Math.round(present / (sliceSeconds * framesPerSecond)));
  const visible = overMoments(drawVisible(random, slices), present);
  const padded = (values: Float32Array) => fitted(values, moments);
  return { seen: padded(visible), heard: padded(visible.map((value) => 1 - value)) };
}

function modelInputs(features: Features, moments: number): Arrays {
  return {
    motion: fitted(features.motion, moments * cells),
    strongest: fitted(features.strongest, moments * ranks.length),
    sound: fitted(features.sound, moments * bands),
    present: fitted(new Float32Array(features.moments).fill(1), moments),
    stills: fitted(features.stills, moments),
  };
}

/** As long as asked: cut, or with zeros behind. */
function fitted(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(length);
  result.set(values.subarray(0, length));
  return result;
}

function toReading({ asItIs, recoded }: ReadStreams, begins: number): Reading {
  const arraysOf = ({ frames, energies }: Streams, prefix: string) => {
    const count = frameCount({ frames });
    return {
      [`${prefix}frames`]: { shape: [count, frameSize, frameSize], data: frames },
      [`${prefix}energies`]: { shape: [count * stepsPerFrame, bands], data: energies },
    };
  };
  const begin = { begins: { shape: [1], data: Float32Array.of(begins) } };
  return { arrays: { ...arraysOf(asItIs, ''), ...(recoded && arraysOf(recoded, recodedPrefix)), ...begin } };
}

const recodedPrefix = 'recoded ';

/** What is kept of a clip, and the seconds on its clock at which that begins. */
type OpenStreams = { readonly streams: Streams; readonly begins: number; readonly isRecoded: boolean };

/** As it is where nothing is known of it after the strong encoding. */
async function openStreams(clip: string, open: Open, isRecoded: boolean): Promise<OpenStreams> {
  const reading = await open(clip);
  const prefix = isRecoded && reading.names.includes(`${recodedPrefix}frames`) ? recodedPrefix : '';
  const [frames, energies] = [await reading.get(`${prefix}frames`), await reading.get(`${prefix}energies`)];
  return {
    streams: { frames: frames.data as Uint8Array, energies: energies.data as Float32Array },
    begins: Number((await reading.get('begins')).data[0]),
    isRecoded: prefix === recodedPrefix,
  };
}
