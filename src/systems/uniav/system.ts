// UniAV's light localiser as a system: when what happens in a clip, by eye, by ear, or both.
import { annotationsOf, senses } from '../../data/annotation.ts';
import { DuetError } from '../../errors.ts';
import { rowWidths } from '../../model/row-encoder.ts';
import type { CurvesShown } from '../../report/shown.ts';
import type { CurvedEpoch } from '../../train/checkpoint.ts';
import type { System } from '../system.ts';
import { type LocaliserAnswer, openLocaliser } from './localiser.ts';
import { chunkLength, practicalNetwork } from './practical.ts';
import { referenceRuns } from './reference-runs.ts';
import { type EventsOptions, type EventsResult, eventsOptionsSchema, eventsResultSchema } from './result.ts';
import { eventMetrics } from './score-walk.ts';
import { type EventsSettings, eventsRecipes, eventsSettingsSchema } from './settings.ts';

/** Of the vectors of the built-in text encoder. */
const textWidth = 128;

/** Of a class that is to be learned. */
const fewestEvents = 5;
/** Steps of an event that is to stand apart from its neighbours. */
const leastSteps = 2;

/** UniAV's light localiser: when what happens in a clip, by eye, by ear, or both; see docs/localisation.md. */
export const uniavSystem: System<EventsSettings, LocaliserAnswer, EventsResult, EventsOptions> = {
  name: 'uniav',
  annotation: 'events',
  settings: eventsSettingsSchema,
  recipes: eventsRecipes,
  usualRecipe: 'events',
  metrics: eventMetrics,
  result: eventsResultSchema,
  resultOptions: eventsOptionsSchema,
  coherent: (settings) => settings,
  settledBy(settings, { examples, name }) {
    const annotated = new Set(
      examples.flatMap((example) => annotationsOf(example, 'events').map(({ sense = 'both' }) => sense)),
    );
    if (annotated.size === 0)
      throw new DuetError(`The data "${name}" has no annotated events; name data that says when they begin and end.`);
    return { ...settings, senses: senses.filter((sense) => annotated.has(sense)) };
  },
  eventLimits: ({ rate }) => ({ fewestEvents, shortest: leastSteps / rate, longest: chunkLength / rate }),
  open(settings, known) {
    const { visual, audio } = rowWidths(known.backbone.config);
    const config = practicalNetwork({
      ...{ visualWidth: visual, audioWidth: audio, textWidth },
      ...{ classes: known.labels.length, senses: settings.senses },
    });
    return openLocaliser({ settings, known, config, length: chunkLength });
  },
  golden: referenceRuns,
  curves,
};

function curves(history: readonly CurvedEpoch[], kept: number | undefined): CurvesShown[] {
  const mark = kept === undefined ? undefined : { x: kept, label: 'kept' };
  const series = (name: string, value: (epoch: CurvedEpoch) => number | null | undefined) => {
    const points = history.map((one) => ({ x: one.epoch, y: value(one) ?? Number.NaN }));
    return points.some(({ y }) => Number.isFinite(y)) ? [{ name, points }] : [];
  };
  const charts: CurvesShown[] = [
    {
      ...{ kind: 'curves', title: 'Loss', xLabel: 'epoch', yLabel: 'loss', mark },
      series: series('in training', ({ losses }) => losses.total),
    },
    {
      ...{ kind: 'curves', title: 'Mean average precision', xLabel: 'epoch', yLabel: 'mAP', unit: 'percent', mark },
      series: [
        ...series('temporal IoU 0.1 to 0.9', ({ validation }) => validation?.meanPrecision),
        ...series('temporal IoU 0.5', ({ validation }) => validation?.precisionAtHalf),
      ],
    },
  ];
  return charts.filter(({ series: all }) => all.length > 0);
}
