// What MA-AVT has to show: its training, a window's prediction, and an evaluation.
import type { Reading } from '../../data/intake.ts';
import { type InputSettings, spectrogramSizeOf } from '../../data/settings.ts';
import type { ClassScores } from '../../metrics/classification.ts';
import { percent, shortValue } from '../../report/format.ts';
import { frequencyScale } from '../../report/frequency-scale.ts';
import type {
  CardShown,
  CurvesShown,
  MapShown,
  Shown,
  ShownSection,
  SpectrogramShown,
  TableShown,
  TimelineShown,
} from '../../report/shown.ts';
import type { Box } from '../../signal/box.ts';
import { frontEnds } from '../../signal/front-ends.ts';
import type { Picture } from '../../signal/picture.ts';
import type { CurvedEpoch } from '../../train/checkpoint.ts';
import { epochCharts } from '../../train/epoch-charts.ts';
import type { BackboneConfig } from '../../weights/backbone.ts';
import type { ShownWindow } from '../system.ts';
import { type ClipResult, labelOfAnswer, type WindowAnswer } from './answer.ts';
import { middleOfReading } from './intake.ts';
import type { Robustness } from './robustness.ts';
import type { Score } from './score.ts';

/**
 * The maps that may be laid over picture and spectrogram. Evidence is where the model finds what sounds; attention is
 * the paper's map, what CLS attends to in the last block.
 */
export const mapNames = ['evidence', 'attention'] as const;
export type MapName = (typeof mapNames)[number];

/** Loss, and validation results with the kept epoch marked. Curves without a value are left out. */
export function trainingCurves(history: readonly CurvedEpoch[], keptEpoch: number | undefined): CurvesShown[] {
  return epochCharts(history, keptEpoch, [
    {
      ...{ title: 'Loss', yLabel: 'loss' },
      lines: {
        'all, in training': ({ losses }) => losses.total,
        'class, in training': ({ losses }) => losses.foreground,
        'class, validation': ({ validation }) => validation?.loss,
      },
    },
    {
      ...{ title: 'Share of clips that are right', yLabel: 'accuracy', unit: 'percent' },
      lines: {
        training: ({ trainAccuracy }) => trainAccuracy,
        validation: ({ validation }) => validation?.accuracy,
        'background AUC': ({ validation }) => validation?.backgroundAuc,
      },
    },
  ]);
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
      { ...spectrogramShown(window.spectrogram, inputs), map: map(window.audioMap, 'sound') },
      { kind: 'ranking', entries },
    ],
  };
}

function spectrogramShown(values: Float32Array, inputs: InputSettings): SpectrogramShown {
  const { axes, seconds } = frontEnds[inputs.frontEnd];
  const frequency = frequencyScale(inputs.frontEnd);
  return { kind: 'spectrogram', values, ...spectrogramSizeOf(inputs), axes, seconds, frequency, caption: 'Sound' };
}

/** The frame and the spectrogram that evaluation looks at. */
export function readingShown(reading: Reading, settings: InputSettings): Shown[] {
  const { frame, spectrogram } = middleOfReading(reading);
  return [
    ...(frame ? [{ kind: 'picture', picture: frame, caption: 'Frame' } as const] : []),
    spectrogramShown(spectrogram, settings),
  ];
}

export type ShownContext = {
  readonly labels: readonly string[];
  readonly settings: InputSettings;
  readonly patchSize: number;
};

/** The classes of a short clip, the events of a longer one. */
export function clipSummary({ windows, events }: ClipResult): { readonly headline: string; readonly shown: Shown[] } {
  const [first] = windows;
  if (windows.length === 1 && first) {
    const entries = first.top.map(({ label, probability }) => ({ label, share: probability }));
    const { backgroundProbability: unrelated } = first;
    const ranked = unrelated === undefined ? entries : [...entries, { label: '(unrelated sound)', share: unrelated }];
    return { headline: first.label, shown: [{ kind: 'ranking', entries: ranked }] };
  }
  if (events.length === 0) return { headline: `nothing above the threshold in ${windows.length} windows`, shown: [] };
  return {
    headline: `${events.length} ${events.length === 1 ? 'event' : 'events'}`,
    shown: [eventTimeline('', windows, events)],
  };
}

function eventTimeline(title: string, windows: ClipResult['windows'], events: ClipResult['events']): TimelineShown {
  const found = events.map(({ probability, ...event }) => ({ ...event, score: probability }));
  const duration = Math.max(...windows.map(({ end }) => end));
  return { kind: 'timeline', title, duration, tracks: [{ name: 'found', events: found }] };
}

/** The maps over the picture. */
export function pictureMaps(
  { visualEvidence, visualAttention }: WindowAnswer,
  { inputSize, patchSize }: Pick<BackboneConfig, 'inputSize' | 'patchSize'>,
): Record<MapName, MapShown | undefined> {
  const [rows, columns] = [inputSize[0] / patchSize, inputSize[1] / patchSize];
  const map = (name: MapName, values: Float32Array | undefined) => values && { name, values, rows, columns };
  return { evidence: map('evidence', visualEvidence), attention: map('attention', visualAttention) };
}

/** A card for each window, and the events of a clip of several windows. */
export function resultShown(
  { windows, events }: ClipResult,
  shown: readonly ShownWindow<WindowAnswer>[],
  context: ShownContext,
): Shown[] {
  const cards = shown.map((window) => windowCard(window, context));
  if (windows.length < 2) return cards;
  return [...cards, eventTimeline(shown[0]?.name ?? '', windows, events)];
}

function windowCard(
  { name, window, answer, truth, box, map }: ShownWindow<WindowAnswer>,
  { labels, settings, patchSize }: ShownContext,
): CardShown {
  const { frame } = window;
  const mapName = mapNames.find((known) => known === map) ?? 'evidence';
  return predictionCard({
    ...{ name, truth, frame, map: mapName, inputs: settings, patchSize, classes: labels },
    predicted: labelOfAnswer(answer, labels),
    probabilities: answer.probabilities,
    backgroundProbability: answer.backgroundProbability,
    time: (window.start + window.end) / 2,
    box: box && frame && inPixels(box, frame),
    spectrogram: window.inputs.spectrograms as Float32Array,
    ...mapsOf(answer, mapName),
  });
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
    { id: 'classes', title: 'Classes', shown: perClass.length > 0 ? [classTable(perClass)] : [], forTerminal: true },
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

function classTable(perClass: ScoredToShow['perClass']): TableShown {
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
function robustnessRows(robustness: Robustness): (readonly [string, string])[] {
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
