// UniAV's light localiser as a system: when what happens in a clip, by eye, by ear, or both.
import { annotationsOf, senses } from '../../data/annotation.ts';
import { DuetError } from '../../errors.ts';
import { rowWidths } from '../../model/row-encoder.ts';
import { epochCharts } from '../../train/epoch-charts.ts';
import { system } from '../usual.ts';
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
export const uniavSystem = system<EventsSettings, LocaliserAnswer, EventsResult, EventsOptions>({
  name: 'uniav',
  annotation: 'events',
  settings: eventsSettingsSchema,
  recipes: eventsRecipes,
  usualRecipe: 'events',
  metrics: eventMetrics,
  result: eventsResultSchema,
  resultOptions: eventsOptionsSchema,
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
  curves: (history, kept) =>
    epochCharts(history, kept, [
      { title: 'Loss', yLabel: 'loss', lines: { 'in training': ({ losses }) => losses.total } },
      {
        ...{ title: 'Mean average precision', yLabel: 'mAP', unit: 'percent' },
        lines: {
          'temporal IoU 0.1 to 0.9': ({ validation }) => validation?.meanPrecision,
          'temporal IoU 0.5': ({ validation }) => validation?.precisionAtHalf,
        },
      },
    ]),
});
