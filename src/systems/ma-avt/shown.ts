// What MA-AVT has to show: its training, a window's prediction, and an evaluation.
import { type InputSettings, spectrogramSizeOf } from '../../data/settings.ts';
import type { Classifier, WindowPrediction } from '../../infer/classifier.ts';
import type { WindowAnswer } from '../../infer/window-classifier.ts';
import type { Box } from '../../report/drawing.ts';
import { percent, shortValue } from '../../report/format.ts';
import { frequencyScale } from '../../report/frequency-scale.ts';
import type { CardShown, CurvesShown, MapShown, ShownSection, TableShown } from '../../report/shown.ts';
import { frontEnds } from '../../signal/front-ends.ts';
import type { Picture } from '../../signal/picture.ts';
import type { ClassScores } from '../../train/metrics.ts';
import type { EpochRecord } from '../../train/progress.ts';
import type { Robustness } from './robustness.ts';
import type { Score } from './score.ts';

/**
 * The maps that may be laid over picture and spectrogram. Evidence is where the model finds what sounds; attention is
 * the paper's map, what CLS attends to in the last block.
 */
export const mapNames = ['evidence', 'attention'] as const;
export type MapName = (typeof mapNames)[number];

/** What of an epoch is drawn. */
export type CurvedEpoch = Pick<
  EpochRecord,
  'epoch' | 'losses' | 'trainAccuracy' | 'validationAccuracy' | 'validationLoss' | 'validationBackgroundAuc'
>;

/** Loss, and validation results with the kept epoch marked. Curves without a value are left out. */
export function trainingCurves(history: readonly CurvedEpoch[], keptEpoch: number | undefined): CurvesShown[] {
  const curve = (name: string, value: (record: CurvedEpoch) => number | null) => ({
    name,
    points: history.map((record) => ({ x: record.epoch, y: value(record) ?? Number.NaN })),
  });
  const mark = keptEpoch === undefined ? undefined : { x: keptEpoch, label: 'kept' };
  const charts: CurvesShown[] = [
    {
      kind: 'curves',
      title: 'Loss',
      xLabel: 'epoch',
      yLabel: 'loss',
      mark,
      series: [
        curve('all, in training', ({ losses }) => losses.total ?? null),
        curve('class, in training', ({ losses }) => losses.foreground ?? null),
        curve('class, validation', ({ validationLoss }) => validationLoss),
      ],
    },
    {
      kind: 'curves',
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
  readonly frame: Picture | undefined;
  /** Where in the file the frame lies, in seconds. */
  readonly time?: number | undefined;
  /** Where the sounding thing truly is, in the frame's own pixels. */
  readonly box?: Box | undefined;
  /** As the model got it. */
  readonly spectrogram: Float32Array;
  readonly inputs: InputSettings;
  /** Pixels of a patch's side. */
  readonly patchSize: number;
  /** One number per patch, row by row. Undefined where the model does not take the modality. */
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

/** The window's verdict, its best classes, and frame and spectrogram, each as it is and under its map. */
export function predictionCard(window: WindowToShow): CardShown {
  const { name: title, truth, predicted, classes, inputs, patchSize, frame, map: mapName = 'evidence' } = window;
  const { height, width } = spectrogramSizeOf(inputs);
  const map = (values: Float32Array | undefined, what: string): MapShown | undefined =>
    values && { name: `${mapName} of the ${what}`, values, rows: height / patchSize, columns: width / patchSize };
  const { axes, seconds } = frontEnds[inputs.frontEnd];
  const ranked = Array.from(window.probabilities, (share, index) => ({ label: classes[index] ?? String(index), share }))
    .sort((a, b) => b.share - a.share)
    .slice(0, classesShown);
  const { backgroundProbability: unrelated } = window;
  const entries =
    unrelated === undefined ? ranked : [...ranked, { label: 'sound and picture unrelated', share: unrelated }];
  return {
    kind: 'card',
    title,
    verdict: { said: predicted, truth },
    shown: [
      ...(frame === undefined
        ? []
        : [
            {
              kind: 'picture',
              picture: frame,
              caption: window.time === undefined ? 'Frame' : `Frame at ${shortValue(window.time)} s`,
              map: map(window.visualMap, 'picture'),
              box: window.box && { place: window.box, name: 'what sounds' },
            } as const,
          ]),
      {
        kind: 'spectrogram',
        values: window.spectrogram,
        ...{ height, width, axes, seconds },
        frequency: frequencyScale(inputs.frontEnd),
        caption: 'Sound',
        map: map(window.audioMap, 'sound'),
      },
      { kind: 'ranking', entries },
    ],
  };
}

/**
 * A classifier's window as a card. `name` is the file's; `box`, in fractions of the frame, is where it truly sounds.
 */
export function cardOfWindow(
  classifier: Classifier,
  window: WindowPrediction,
  name: string,
  { truth, box, map = 'evidence' }: { readonly truth?: string; readonly box?: Box; readonly map?: MapName } = {},
): CardShown {
  const { adapter, backbone } = classifier;
  const { frame, spectrogram } = window.inputs;
  return predictionCard({
    ...{ name, truth, frame, spectrogram, map },
    predicted: labelOf(classifier, window),
    classes: adapter.classes,
    probabilities: window.probabilities,
    backgroundProbability: window.backgroundProbability,
    time: (window.start + window.end) / 2,
    box: box && frame && inPixels(box, frame),
    inputs: adapter.inputs,
    patchSize: backbone.config.patchSize,
    ...mapsOf(window, map),
  });
}

/** The decision: the best class, or 'background' where sound and picture do not belong together. */
export function labelOf({ adapter }: Classifier, { isBackground, best }: WindowPrediction): string {
  return isBackground ? 'background' : (adapter.classes[best] ?? String(best));
}

function inPixels(box: Box, { width, height }: Picture): Box {
  return { x: box.x * width, y: box.y * height, width: box.width * width, height: box.height * height };
}

export type ScoredToShow = Pick<Score, 'confusion' | 'calibration' | 'robustness'> & {
  readonly classes: readonly string[];
  readonly perClass: readonly (ClassScores & { readonly name: string })[];
};

/** Confusions, classes, calibration, and what is left without a modality. */
export function scoredSections(scored: ScoredToShow): ShownSection[] {
  const { classes, confusion, perClass, calibration, robustness } = scored;
  return [
    {
      id: 'confusion',
      title: 'Confusion matrix',
      shown: [{ kind: 'matrix', classes, counts: confusion }],
    },
    { id: 'classes', title: 'Classes', shown: perClass.length > 0 ? [classTable(perClass)] : [] },
    {
      id: 'calibration',
      title: 'Calibration',
      shown: calibration.bins.length > 0 ? [{ kind: 'reliability', ...calibration }] : [],
    },
    {
      id: 'robustness',
      title: 'Missing and swapped modalities',
      shown: robustness ? [robustnessTable(robustness)] : [],
    },
  ];
}

export function classTable(perClass: ScoredToShow['perClass']): TableShown {
  return {
    kind: 'table',
    note: 'F1 is the harmonic mean of precision and recall.',
    columns: [
      { name: 'class', kind: 'text' },
      { name: 'F1', kind: 'share' },
      { name: 'precision', kind: 'share' },
      { name: 'recall', kind: 'share' },
      { name: 'clips', kind: 'number' },
    ],
    rows: perClass.map(({ name, f1, precision, recall, clips }) => [name, f1, precision, recall, clips]),
  };
}

function robustnessTable(robustness: Robustness): TableShown {
  return {
    kind: 'table',
    note: 'A plain picture or silence in place of what is missing; swapped pairs are pictures with the sound of another class.',
    columns: [
      { name: 'what', kind: 'text' },
      { name: 'share', kind: 'number' },
    ],
    rows: robustnessRows(robustness),
  };
}

/** Names and shares. */
export function robustnessRows(robustness: Robustness): (readonly [string, string])[] {
  const { pictureMissing, soundMissing, falseAlarms, swapped } = robustness;
  return [
    ['accuracy without picture', percent(pictureMissing)],
    ['accuracy without sound', percent(soundMissing)],
    ...(falseAlarms === undefined ? [] : ([['own sound: called background', percent(falseAlarms)]] as const)),
    ...(swapped === undefined
      ? []
      : ([
          ['swapped sound: follows the picture', percent(swapped.picture)],
          ['swapped sound: follows the sound', percent(swapped.sound)],
          ['swapped sound: called background', percent(swapped.background)],
        ] as const)),
  ];
}
