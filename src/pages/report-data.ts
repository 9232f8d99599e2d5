// From what the library computed to what a report shows.
import type { InputSettings } from '../data/settings.ts';
import { spectrogramSizeOf } from '../data/settings.ts';
import type { Classifier, WindowPrediction } from '../infer/classifier.ts';
import type { WindowAnswer } from '../infer/window-classifier.ts';
import type { Box } from '../report/drawing.ts';
import { type FrameToShow, frameImages, spectrogramImages } from '../report/example-images-node.ts';
import type { CurveChart, FrequencyScale, PredictionExample } from '../report/report.ts';
import { type FrontEndName, frontEnds } from '../signal/front-ends.ts';
import type { Picture } from '../signal/picture.ts';
import type { EpochRecord } from '../train/checkpoint.ts';
import type { MapName } from './map-names.ts';

/** What of an epoch is drawn. */
export type CurvedEpoch = Pick<
  EpochRecord,
  'epoch' | 'trainAccuracy' | 'validationAccuracy' | 'validationLoss' | 'validationBackgroundAuc'
> & { readonly losses: Pick<EpochRecord['losses'], 'total' | 'foreground'> };

/** Loss, and validation results with the kept epoch marked. Curves without a value are left out. */
export function trainingCurves(history: readonly CurvedEpoch[], keptEpoch: number | undefined): CurveChart[] {
  const curve = (name: string, value: (record: CurvedEpoch) => number | null) => ({
    name,
    points: history.map((record) => ({ x: record.epoch, y: value(record) ?? Number.NaN })),
  });
  const mark = keptEpoch === undefined ? undefined : { x: keptEpoch, label: 'kept' };
  const charts: CurveChart[] = [
    {
      title: 'Loss',
      xLabel: 'epoch',
      yLabel: 'loss',
      mark,
      series: [
        curve('all, in training', ({ losses }) => losses.total),
        curve('class, in training', ({ losses }) => losses.foreground),
        curve('class, validation', ({ validationLoss }) => validationLoss),
      ],
    },
    {
      title: 'Share of clips that are right',
      xLabel: 'epoch',
      yLabel: 'accuracy',
      unit: 'percent',
      mark,
      series: [
        curve('training', ({ trainAccuracy }) => trainAccuracy),
        curve('validation', ({ validationAccuracy }) => validationAccuracy),
        curve('background AUC', ({ validationBackgroundAuc }) => validationBackgroundAuc),
      ],
    },
  ];
  return charts
    .map((chart) => ({
      ...chart,
      series: chart.series.filter(({ points }) => points.some(({ y }) => Number.isFinite(y))),
    }))
    .filter(({ series }) => series.length > 0);
}

/** One predicted window with everything to draw it from. */
export type WindowToShow = {
  readonly name: string;
  readonly truth?: string | undefined;
  /** The decision: a class, or 'background'. */
  readonly predicted: string;
  readonly classes: readonly string[];
  /** Over the classes. */
  readonly probabilities: ArrayLike<number>;
  readonly backgroundProbability?: number | undefined;
  /** The window's frame in its own size; undefined for a clip without picture. */
  readonly frame: Omit<FrameToShow, 'attention'> | undefined;
  /** As the model got it. */
  readonly spectrogram: Float32Array;
  readonly inputs: InputSettings;
  /** Pixels of a patch's side. */
  readonly patchSize: number;
  /**
   * One number per patch of the picture, row by row; the same for the spectrogram. Undefined where the model does not
   * take it.
   */
  readonly visualMap: Float32Array | undefined;
  readonly audioMap: Float32Array | undefined;
  /** Which map that is. Default: evidence. */
  readonly map?: MapName | undefined;
};

/** One of the maps of a window, for both modalities. */
export function mapsOf(
  answer: WindowAnswer,
  name: MapName,
): { visualMap: Float32Array | undefined; audioMap: Float32Array | undefined } {
  return name === 'evidence'
    ? { visualMap: answer.visualEvidence, audioMap: answer.audioEvidence }
    : { visualMap: answer.visualAttention, audioMap: answer.audioAttention };
}

const classesShown = 3;

/** The example with its pictures: frame and spectrogram, each as it is and under the attention. */
export async function predictionExample(window: WindowToShow): Promise<PredictionExample> {
  const { inputs, patchSize, map: name = 'evidence' } = window;
  const { height, width } = spectrogramSizeOf(inputs);
  const attention = (map: Float32Array | undefined) =>
    map && { name, map, gridHeight: height / patchSize, gridWidth: width / patchSize };
  const { axes, seconds } = frontEnds[inputs.frontEnd];
  const frame =
    window.frame === undefined ? [] : await frameImages({ ...window.frame, attention: attention(window.visualMap) });
  const sound = await spectrogramImages({
    values: window.spectrogram,
    height,
    width,
    axes,
    seconds,
    frequency: frequencyScale(inputs.frontEnd),
    attention: attention(window.audioMap),
  });
  return {
    name: window.name,
    truth: window.truth,
    predicted: window.predicted,
    probabilities: Array.from(window.probabilities, (probability, index) => ({
      label: window.classes[index] ?? String(index),
      probability,
    }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, classesShown),
    backgroundProbability: window.backgroundProbability,
    images: [...frame, ...sound],
  };
}

/** What a front end's frequency axis spans. */
export function frequencyScale(name: FrontEndName): FrequencyScale {
  const { analysis, sampleRate } = frontEnds[name];
  if (analysis.kind === 'stft') return { kind: 'linear', low: 0, high: sampleRate / 2 };
  return { kind: 'mel', low: analysis.settings.lowestFrequency, high: analysis.settings.highestFrequency };
}

/**
 * A classifier's window as an example. `name` is the file's; `box`, in fractions of the frame, is where it truly
 * sounds.
 */
export function exampleOfWindow(
  classifier: Classifier,
  window: WindowPrediction,
  name: string,
  { truth, box, map = 'evidence' }: { readonly truth?: string; readonly box?: Box; readonly map?: MapName } = {},
): Promise<PredictionExample> {
  const { adapter, backbone } = classifier;
  const { frame, spectrogram } = window.inputs;
  return predictionExample({
    name,
    truth,
    predicted: labelOf(classifier, window),
    classes: adapter.classes,
    probabilities: window.probabilities,
    backgroundProbability: window.backgroundProbability,
    frame: frame && { picture: frame, time: (window.start + window.end) / 2, truth: box && inPixels(box, frame) },
    spectrogram,
    inputs: adapter.inputs,
    patchSize: backbone.config.patchSize,
    ...mapsOf(window, map),
    map,
  });
}

/** The decision: the best class, or 'background' where sound and picture do not belong together. */
export function labelOf({ adapter }: Classifier, { isBackground, best }: WindowPrediction): string {
  return isBackground ? 'background' : (adapter.classes[best] ?? String(best));
}

function inPixels(box: Box, { width, height }: Picture): Box {
  return { x: box.x * width, y: box.y * height, width: box.width * width, height: box.height * height };
}
