// Recognising beside the page: live moments and whole files, with what the model looked at.
import { expose, transfer } from 'comlink';
import {
  emptyImage,
  emptySpectrogram,
  evaluationPicture,
  type WindowInputs,
  windowInputs,
} from '../../../src/data/model-inputs.ts';
import { DuetError } from '../../../src/errors.ts';
import { windowStarts } from '../../../src/infer/timeline.ts';
import {
  openWindowClassifier,
  type WindowAnswer,
  type WindowClassifier,
} from '../../../src/infer/window-classifier.ts';
import { openMediaSource } from '../../../src/media/open-media-source.ts';
import { attentionOverlay } from '../../../src/report/attention-overlay.ts';
import { spectrogramPicture } from '../../../src/report/spectrogram-picture.ts';
import type { OpenSession } from '../../../src/runtime/session.ts';
import { frontEnds } from '../../../src/signal/front-ends.ts';
import type { Picture } from '../../../src/signal/picture.ts';
import { fitAdapter } from '../../../src/systems/ma-avt/adapter.ts';
import { decodeAdapter } from '../../../src/weights/adapter-files.ts';
import type { AdapterFiles } from '../storage/database.ts';
import { openStoredBackbone } from './backbone.ts';
import { type ComputePreference, openCompute } from './compute.ts';
import { createSoundBuffer, momentMedia, type SoundBuffer } from './live-media.ts';
import type { Overlay } from './overlay.ts';
import { fromImageData, toImageData } from './picture-blob.ts';
import { plainErrors } from './plain-error.ts';

/** Which modalities the model is given; a missing one is replaced as `--missing zero` does it. */
export type Given = { readonly picture: boolean; readonly sound: boolean };

/** One window's answer with its pictures. */
export type Moment = Omit<WindowAnswer, 'visualAttention' | 'audioAttention' | 'visualEvidence' | 'audioEvidence'> & {
  readonly start: number;
  readonly end: number;
  /** The middle frame and the spectrogram, with the chosen map laid over them. */
  readonly picture: ImageData | undefined;
  readonly sound: ImageData;
  /** Of inputs and model together. */
  readonly milliseconds: number;
};

export type OpenedModel = {
  readonly classes: readonly string[];
  readonly provider: string;
  readonly windowSeconds: number;
};

type Maps = { readonly visual: Float32Array | undefined; readonly audio: Float32Array | undefined };

let classifier: WindowClassifier | undefined;
/** The same model with evidence maps, whose pass back takes time: loaded when they are first asked for. */
let evidenceClassifier: WindowClassifier | undefined;
let openSession: OpenSession | undefined;
/** The newest evidence of what is before the camera, and when the next is due; undefined before the first answer. */
let liveEvidence: (Maps & Given) | undefined;
let evidenceDue: number | undefined;
let soundBuffer: SoundBuffer | undefined;
let last: Promise<unknown> = Promise.resolve();

function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}

function opened(): WindowClassifier {
  if (!classifier) throw new DuetError('There is no trained model yet; train one, or open an adapter.');
  return classifier;
}

function given(inputs: WindowInputs, { picture, sound }: Given): WindowInputs {
  const settings = opened().adapter.inputs;
  return {
    ...inputs,
    image: picture ? inputs.image : emptyImage(settings),
    spectrogram: sound ? inputs.spectrogram : emptySpectrogram(settings),
  };
}

async function answerWithEvidence(inputs: WindowInputs): Promise<WindowAnswer> {
  const { adapter, backbone } = opened();
  evidenceClassifier ??= await openWindowClassifier({ adapter, backbone, openSession: openSession!, evidence: true });
  return evidenceClassifier.answer(inputs);
}

/**
 * The answer for a live moment, of which there should be many a second: evidence takes a third of the time at most, and
 * in between the last one is laid over what is seen now.
 */
async function liveAnswer(inputs: WindowInputs, modalities: Given, overlay: Overlay): Promise<WindowAnswer> {
  if (overlay !== 'evidence') return opened().answer(inputs);
  // The first answer does not wait until evidence is loaded.
  if (evidenceDue === undefined) {
    evidenceDue = 0;
    return opened().answer(inputs);
  }
  const { picture, sound } = modalities;
  const isOfOthers = liveEvidence?.picture !== picture || liveEvidence.sound !== sound;
  if (performance.now() < evidenceDue && !isOfOthers)
    return {
      ...(await opened().answer(inputs)),
      visualEvidence: liveEvidence?.visual,
      audioEvidence: liveEvidence?.audio,
    };
  const began = performance.now();
  const answer = await answerWithEvidence(inputs);
  liveEvidence = { picture, sound, visual: answer.visualEvidence, audio: answer.audioEvidence };
  evidenceDue = performance.now() + 2 * (performance.now() - began);
  return answer;
}

function mapsOf(answer: WindowAnswer, overlay: Overlay): Maps {
  if (overlay === 'evidence') return { visual: answer.visualEvidence, audio: answer.audioEvidence };
  if (overlay === 'attention') return { visual: answer.visualAttention, audio: answer.audioAttention };
  return { visual: undefined, audio: undefined };
}

async function releaseAll(): Promise<void> {
  await classifier?.release();
  await evidenceClassifier?.release();
  evidenceClassifier = undefined;
  liveEvidence = undefined;
  evidenceDue = undefined;
}

type Answering = (inputs: WindowInputs, modalities: Given, overlay: Overlay) => Promise<WindowAnswer>;

async function momentOf(
  inputs: WindowInputs,
  {
    modalities,
    overlay,
    answering,
    began,
  }: { modalities: Given; overlay: Overlay; answering: Answering; began: number },
): Promise<Moment> {
  const model = opened();
  const settings = model.adapter.inputs;
  const whole = await answering(given(inputs, modalities), modalities, overlay);
  const { visualAttention: _, audioAttention: __, visualEvidence: ___, audioEvidence: ____, ...answer } = whole;
  const { visual, audio } = mapsOf(whole, overlay);
  const milliseconds = performance.now() - began;
  const [rows, columns] = model.grid;
  const seen = inputs.frame && evaluationPicture(inputs.frame, settings);
  const overlaid = (picture: Picture) => (visual ? attentionOverlay(picture, visual, rows, columns) : picture);
  const [height, width] = settings.spectrogramSize ?? [
    frontEnds[settings.frontEnd].height,
    frontEnds[settings.frontEnd].width,
  ];
  const heard = spectrogramPicture(inputs.spectrogram, height, width, frontEnds[settings.frontEnd].axes, {
    ...(audio && { attention: { map: audio, gridHeight: rows, gridWidth: columns } }),
  });
  const moment: Moment = {
    ...inputs.window,
    ...answer,
    picture: modalities.picture && seen ? toImageData(overlaid(seen)) : undefined,
    sound: toImageData(heard),
    milliseconds,
  };
  return transfer(
    moment,
    [moment.picture, moment.sound].flatMap((picture) => (picture ? [picture.data.buffer] : [])),
  );
}

const worker = plainErrors({
  /** Loads an adapter and its backbone; the one before is released. */
  open(files: AdapterFiles, preference: ComputePreference): Promise<OpenedModel> {
    return inTurn(async () => {
      const parsed = decodeAdapter(JSON.parse(files.config), files.model, 'The adapter', 'its model file');
      const backbone = await openStoredBackbone(parsed.config.image_size);
      const adapter = fitAdapter(parsed, backbone, 'The adapter');
      const compute = await openCompute(preference);
      const next = await openWindowClassifier({ adapter, backbone, openSession: compute.openSession });
      await releaseAll();
      classifier = next;
      openSession = compute.openSession;
      return { classes: adapter.classes, provider: compute.name, windowSeconds: next.windowSeconds };
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
  live(frame: ImageData, modalities: Given, overlay: Overlay): Promise<Moment | undefined> {
    return inTurn(async () => {
      const began = performance.now();
      const model = opened();
      const samples = soundBuffer?.newest(model.windowSeconds);
      if (!soundBuffer || !samples || samples.length < soundBuffer.sampleRate / 4) return undefined;
      const media = momentMedia(fromImageData(frame), samples, soundBuffer.sampleRate);
      return momentOf(await windowInputs(media, 0, model.adapter.inputs), {
        modalities,
        overlay,
        answering: liveAnswer,
        began,
      });
    });
  },

  /** Every window of a file, one after another, until `onMoment` says no. */
  file(
    file: Blob,
    name: string,
    options: Given & { readonly hop: number; readonly overlay: Overlay },
    onMoment: (moment: Moment, seconds: number) => boolean | Promise<boolean>,
  ): Promise<void> {
    return inTurn(async () => {
      const media = await openMediaSource(file, name);
      try {
        const { seconds } = frontEnds[opened().adapter.inputs.frontEnd];
        for (const start of windowStarts(media.duration, seconds, options.hop)) {
          const began = performance.now();
          const inputs = await windowInputs(media, start, opened().adapter.inputs, 'zero');
          const answering: Answering = options.overlay === 'evidence' ? answerWithEvidence : opened().answer;
          const moment = await momentOf(inputs, { modalities: options, overlay: options.overlay, answering, began });
          if (!(await onMoment(moment, media.duration))) return;
        }
      } finally {
        await media.close();
      }
    });
  },
});

export type WatchingWorker = typeof worker;
expose(worker);
