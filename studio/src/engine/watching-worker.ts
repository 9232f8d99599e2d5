// Recognising beside the page: live moments and whole files, with what the model looked at.
import { expose, transfer } from 'comlink';
import type { Window } from '../../../src/data/intake.ts';
import { DuetError } from '../../../src/errors.ts';
import { openMediaSource } from '../../../src/media/open-media-source.ts';
import { attentionOverlay } from '../../../src/report/attention-overlay.ts';
import type { PictureShown, SpectrogramShown } from '../../../src/report/shown.ts';
import { spectrogramPicture } from '../../../src/report/spectrogram-picture.ts';
import { openPrediction, type Prediction } from '../../../src/run/predict.ts';
import type { OpenSession } from '../../../src/runtime/session.ts';
import { resize } from '../../../src/signal/resize.ts';
import type { ClassShares } from '../../../src/systems/system.ts';
import type { StoredAdapter } from '../storage/database.ts';
import { openStoredAdapter } from './adapter.ts';
import { type ComputePreference, openCompute } from './compute.ts';
import { createSoundBuffer, momentMedia, type SoundBuffer } from './live-media.ts';
import { noOverlay } from './overlay.ts';
import { fromImageData, toImageData } from './picture-blob.ts';
import { plainErrors } from './plain-error.ts';
import { pictureIn, spectrogramIn } from './shown-parts.ts';

/** Which modalities the model is given; a missing one is replaced as `--missing zero` does it. */
export type Given = { readonly picture: boolean; readonly sound: boolean };

/** One window's answer with its pictures. */
export type Moment = {
  readonly start: number;
  readonly end: number;
  /** The answer in a line. */
  readonly headline: string;
  /** Of a model without classes: how likely sound and picture do not belong together. */
  readonly unrelated: number | undefined;
  /** Undefined for a system that does not classify. */
  readonly answer: ClassShares | undefined;
  /** The middle frame and the spectrogram, with the chosen map laid over them. */
  readonly picture: ImageData | undefined;
  readonly sound: ImageData | undefined;
  /** Of inputs and model together. */
  readonly milliseconds: number;
};

export type OpenedModel = {
  readonly classes: readonly string[];
  readonly provider: string;
  readonly windowSeconds: number;
};

/** What the model says of a window, and what is shown of it. */
type Look = {
  readonly answer: unknown;
  readonly picture: PictureShown | undefined;
  readonly sound: SpectrogramShown | undefined;
};

/** Of a system that does not say how long its windows are. */
const usualSeconds = 5;

let prediction: Prediction | undefined;
/** The same model with all that can be shown, which takes longer: loaded when something of it is first asked for. */
let thorough: Prediction | undefined;
/** The maps that only the thorough one has: known once the other one has been asked for them. */
const slowMaps = new Set<string>();
let openSession: OpenSession | undefined;
/** The newest thorough look at what is before the camera. */
let live: { readonly look: Look; readonly of: string; readonly nextDue: number } | undefined;
let soundBuffer: SoundBuffer | undefined;
let last: Promise<unknown> = Promise.resolve();

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}

function opened(): Prediction {
  if (!prediction) throw new DuetError('There is no trained model yet; train one, or open an adapter.');
  return prediction;
}

function secondsOf({ adapter }: Prediction): number {
  return adapter.open.windowSeconds ?? usualSeconds;
}

function givenOf(window: Window, { picture, sound }: Given): Window {
  const { open } = opened().adapter;
  const withheld = (['picture', 'sound'] as const).filter((modality) => !{ picture, sound }[modality]);
  return withheld.reduce((left, modality) => open.without?.(left, modality) ?? left, window);
}

async function lookWith({ adapter, answer }: Prediction, window: Window, given: Given, overlay: string): Promise<Look> {
  const { open, system } = adapter;
  const said = await answer(givenOf(window, given));
  const result = open.result([said], system.resultOptions.parse({}));
  const shown = open.shown(result, [{ name: '', window, answer: said, map: overlay }]);
  return { answer: said, picture: pictureIn(shown), sound: spectrogramIn(shown) };
}

async function thoroughLook(window: Window, given: Given, overlay: string): Promise<Look> {
  thorough ??= await openPrediction({ adapter: opened().adapter, openSession: openSession!, shown: true });
  return lookWith(thorough, window, given, overlay);
}

/** Undefined where the map that is asked for takes a thorough look. */
async function quickLook(window: Window, given: Given, overlay: string): Promise<Look | undefined> {
  if (slowMaps.has(overlay)) return undefined;
  const look = await lookWith(opened(), window, given, overlay);
  if (overlay === noOverlay || look.picture?.map || look.sound?.map) return look;
  slowMaps.add(overlay);
  return undefined;
}

type Looking = (window: Window, given: Given, overlay: string) => Promise<Look>;

const lookAtFile: Looking = async (window, given, overlay) =>
  (await quickLook(window, given, overlay)) ?? thoroughLook(window, given, overlay);

/**
 * For a live moment, of which there should be many a second: thorough looks take a third of the time at most, and in
 * between the maps of the last one are laid over what is seen now.
 */
const lookLive: Looking = async (window, given, overlay) => {
  const isKnownSlow = slowMaps.has(overlay);
  const quick = await quickLook(window, given, overlay);
  if (quick) return quick;
  // The first answer does not wait until the thorough model is loaded.
  if (!isKnownSlow) return lookWith(opened(), window, given, overlay);
  const of = JSON.stringify([given, overlay]);
  if (live && live.of === of && performance.now() < live.nextDue) {
    const { picture, sound, ...now } = await lookWith(opened(), window, given, overlay);
    return {
      ...now,
      picture: picture && { ...picture, map: live.look.picture?.map },
      sound: sound && { ...sound, map: live.look.sound?.map },
    };
  }
  const began = performance.now();
  const look = await thoroughLook(window, given, overlay);
  live = { look, of, nextDue: performance.now() + 2 * (performance.now() - began) };
  return look;
};

async function releaseAll(): Promise<void> {
  await prediction?.release();
  await thorough?.release();
  thorough = undefined;
  live = undefined;
  slowMaps.clear();
}

type MomentOptions = Given & { readonly overlay: string; readonly looking: Looking; readonly began: number };

async function momentOf(window: Window, { picture, sound, overlay, looking, began }: MomentOptions): Promise<Moment> {
  const { open, system, known } = opened().adapter;
  const look = await looking(window, { picture, sound }, overlay);
  const milliseconds = performance.now() - began;
  const isPlain = overlay === noOverlay;
  const moment: Moment = {
    ...{ start: window.start, end: window.end, milliseconds },
    headline: open.summary(open.result([look.answer], system.resultOptions.parse({}))).headline,
    answer: open.shares?.(look.answer),
    unrelated: open.unrelated?.(look.answer),
    picture: picture && look.picture ? seen(look.picture, known.backbone.config.inputSize, isPlain) : undefined,
    sound: look.sound && heard(look.sound, isPlain),
  };
  return transfer(
    moment,
    [moment.picture, moment.sound].flatMap((pixels) => (pixels ? [pixels.data.buffer] : [])),
  );
}

/** In the size in which the model sees it. */
function seen({ picture, map }: PictureShown, [height, width]: readonly [number, number], isPlain: boolean): ImageData {
  const small = resize(picture, width, height, 'bicubic');
  return toImageData(map && !isPlain ? attentionOverlay(small, map.values, map.rows, map.columns) : small);
}

function heard({ values, height, width, axes, map }: SpectrogramShown, isPlain: boolean): ImageData {
  const attention = map && { map: map.values, gridHeight: map.rows, gridWidth: map.columns };
  return toImageData(spectrogramPicture(values, height, width, axes, isPlain || !attention ? {} : { attention }));
}

const worker = plainErrors({
  /** Loads an adapter and its backbone; the one before is released. */
  open(files: StoredAdapter, preference: ComputePreference): Promise<OpenedModel> {
    return inTurn(async () => {
      const adapter = await openStoredAdapter(files);
      const compute = await openCompute(preference);
      const next = await openPrediction({ adapter, openSession: compute.openSession });
      await releaseAll();
      prediction = next;
      openSession = compute.openSession;
      return { classes: adapter.known.labels, provider: compute.name, windowSeconds: secondsOf(next) };
    });
  },

  /** Begins to listen; samples follow by `hear`. */
  async listen(sampleRate: number): Promise<void> {
    soundBuffer = createSoundBuffer(sampleRate, 10);
  },

  async hear(samples: Float32Array): Promise<void> {
    soundBuffer?.push(samples);
  },

  /** The last seconds with this frame; undefined while there is too little sound. */
  live(frame: ImageData, given: Given, overlay: string): Promise<Moment | undefined> {
    return inTurn(async () => {
      const began = performance.now();
      const samples = soundBuffer?.newest(secondsOf(opened()));
      if (!soundBuffer || !samples || samples.length < soundBuffer.sampleRate / 4) return undefined;
      const media = momentMedia(fromImageData(frame), samples, soundBuffer.sampleRate);
      for await (const window of opened().windows(media, {}))
        return momentOf(window, { ...given, overlay, looking: lookLive, began });
      return undefined;
    });
  },

  /** Every window of a file, one after another, until `onMoment` says no. */
  file(
    file: Blob,
    name: string,
    { hop, ...options }: Given & { readonly hop: number; readonly overlay: string },
    onMoment: (moment: Moment, seconds: number) => boolean | Promise<boolean>,
  ): Promise<void> {
    return inTurn(async () => {
      const media = await openMediaSource(file, name);
      try {
        let began = performance.now();
        for await (const window of opened().windows(media, { hop })) {
          const moment = await momentOf(window, { ...options, looking: lookAtFile, began });
          if (!(await onMoment(moment, media.duration))) return;
          began = performance.now();
        }
      } finally {
        await media.close();
      }
    });
  },
});

export type WatchingWorker = typeof worker;
expose(worker);
