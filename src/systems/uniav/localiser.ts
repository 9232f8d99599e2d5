// The light localiser, open: what trains, scores and predicts by it.
import type { Intake } from '../../data/intake.ts';
import { parameterCounts } from '../../model/parameters.ts';
import type { Known, OpenSystem } from '../system.ts';
import { type ChunkAnswer, chunkAnswer } from './clip-events.ts';
import type { NetworkConfig } from './config.ts';
import { eventsModel, isGiven } from './events-model.ts';
import { planEvents, rowOfEvents } from './events-rows.ts';
import { exportLocaliser } from './export.ts';
import { firstLocaliserValues, localiserFor } from './first-values.ts';
import { openRowReader } from './perceive-clips.ts';
import {
  type EventsOptions,
  type EventsResult,
  eventsOfResult,
  eventsResult,
  eventsSummary,
  eventsTimeline,
  trueTracks,
} from './result.ts';
import type { RowInputSettings } from './row-inputs.ts';
import { scoreWalk } from './score-walk.ts';
import { gridOf } from './seconds.ts';
import type { EventsSettings } from './settings.ts';
import { releasedSuppression } from './suppress.ts';

/** What a chunk says, and where the clip ends as far as it knows. */
export type LocaliserAnswer = ChunkAnswer & { readonly end: number };

export type LocaliserOptions = {
  readonly settings: EventsSettings;
  readonly known: Known;
  readonly config: NetworkConfig;
  /** Rows of a chunk. */
  readonly length: number;
};

const suppression = releasedSuppression(0.4);

export function openLocaliser(options: LocaliserOptions): OpenSystem<LocaliserAnswer, EventsResult, EventsOptions> {
  const { settings, known, config, length } = options;
  const { labels, backbone } = known;
  const { inputSize, mean, std } = backbone.config;
  const inputs: RowInputSettings = {
    ...{ imageSize: inputSize, mean, std, rate: settings.rate },
    ...{ frontEnd: 'vggsound', resizeFilter: 'bicubic' },
  };
  const model = eventsModel(config, length);
  const grid = gridOf(settings.rate);
  const rows = { labels, config, length, training: settings };
  const learned = new Map([...model.parameters].filter(([name]) => !isGiven(name)));
  return {
    intake: {
      key: { rows: 1, backbone: backbone.hash, inputs } as unknown as Intake['key'],
      plan: (examples, pass) => planEvents(examples, pass, rows),
      row: (row, open, pass) => rowOfEvents(row, open, pass, rows),
      ...unread,
    },
    reader: (openSession) => openRowReader({ backbone, settings: inputs, config, length }, openSession),
    firstValues: (clips) => firstLocaliserValues(clips, { labels, config, length, textForm: settings.textForm }),
    stages: [
      {
        ...{ name: 'events', model, on: 'clips', averaging: settings.averaging || undefined },
        trains: (name) => !isGiven(name),
        stepBatch: ({ arrays }) => ({ inputs: arrays, targets: arrays }),
      },
    ],
    counts: parameterCounts(learned, model.parameters, backbone.config),
    folded: model,
    fold: (trained) => new Map(trained),
    decision: {},
    score: (ask, scoreOptions) => scoreWalk(ask, { labels, config, length, grid, suppression }, scoreOptions),
    extras: { always: [], shown: [] },
    answer: (outputs, { start, end }) => ({
      ...chunkAnswer(outputs, { start: Math.round(start * settings.rate), mask: outputs.steps! }, config),
      end,
    }),
    result: (answers, asked) =>
      eventsResult(answers, { labels, length, grid, suppression, seconds: answers.at(-1)?.end ?? 0 }, asked),
    events: eventsOfResult,
    withClasses: (adapter, names, embed) =>
      localiserFor(adapter, names, embed, { config, textForm: settings.textForm }),
    summary: eventsSummary,
    exported: async (values) => exportLocaliser({ model, values, labels, config, length, inputs, backbone }),
    windowSeconds: length / settings.rate,
    shown: (result, [window]) => [
      eventsTimeline(window?.name ?? 'Events', result, trueTracks(window?.annotations ?? [], result.seconds)),
    ],
  };
}

const needsSession = (): never => {
  throw new Error('rows of features need a session; see OpenSystem.reader');
};

const unread: Pick<Intake, 'read' | 'windows'> = { read: needsSession, windows: needsSession };
