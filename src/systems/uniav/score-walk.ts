// Scoring the localiser: what it finds in whole clips, chunk by chunk, against the events that they are annotated with.
import { type Sense, senses } from '../../data/annotation.ts';
import { type Json, plainPass } from '../../data/intake.ts';
import type { DetectedEvent, LabelledSegment } from '../../metrics/event-detection.ts';
import { bestThresholds } from '../../metrics/event-thresholds.ts';
import type { Metric, Metrics } from '../../train/metric.ts';
import type { Answered, Ask, Scored, ScoreOptions } from '../system.ts';
import { type ChunkAnswer, chunkAnswer, clipEvents } from './clip-events.ts';
import type { NetworkConfig } from './config.ts';
import { chunkPass, type EventsTarget } from './events-rows.ts';
import { kindOfSense } from './practical.ts';
import { type EventScore, meanPrecisions, scoreEvents, shownScores } from './score.ts';
import { type Grid, secondsOf } from './seconds.ts';
import type { SuppressionSettings } from './suppress.ts';

export const eventMetrics: readonly Metric[] = [
  { name: 'meanPrecision', title: 'mAP, temporal IoU 0.1 to 0.9', unit: 'share', better: 'higher' },
  { name: 'precisionAtHalf', title: 'mAP at temporal IoU 0.5', unit: 'share', better: 'higher' },
  { name: 'eventF1', title: 'F1 of events', unit: 'share', better: 'higher' },
  { name: 'segmentF1', title: 'F1 of seconds', unit: 'share', better: 'higher' },
  { name: 'psdsTimes', title: 'PSDS, exact times', unit: 'share', better: 'higher' },
  { name: 'psdsClasses', title: 'PSDS, right classes', unit: 'share', better: 'higher' },
];

export type ScoreContext = {
  readonly labels: readonly string[];
  readonly config: NetworkConfig;
  /** Rows of a chunk. */
  readonly length: number;
  readonly grid: Grid;
  readonly suppression: SuppressionSettings;
};

/** A clip that was looked at: what its chunks said, and its true events of each sense that it is annotated for. */
type WalkedClip = {
  readonly id: string;
  readonly steps: number;
  readonly answers: readonly ChunkAnswer[];
  readonly target: EventsTarget;
};

type OfSense = {
  readonly sense: Sense;
  readonly clips: ReadonlyMap<string, number>;
  readonly detections: readonly DetectedEvent[];
  readonly truths: readonly LabelledSegment[];
  readonly thresholds: ReadonlyMap<string, number>;
};

/** Every number is the mean over the senses that clips are annotated for. */
export async function scoreWalk(ask: Ask, context: ScoreContext, { extent }: ScoreOptions): Promise<Scored> {
  const { clips, thresholds } = await walk(ask, context);
  const all = senses.flatMap((sense) => ofSense(sense, clips, thresholds.get(sense) ?? new Map(), context));
  const detected = all.flatMap(({ sense, detections }) => detections.map((event) => ({ ...event, sense })));
  const common = {
    clips: clips.map(({ id, steps }) => ({
      ...{ path: id, seconds: steps * context.grid.stride },
      events: detected
        .filter(({ video }) => video === id)
        .map(({ start, end, label, sense, score }) => ({ start, end, label, sense, score })),
    })),
    telling: clips.slice(0, clipsShown).map(({ id }) => id),
    calibrate: (folded: ReadonlyMap<string, Float32Array>) => withThresholds(folded, all, context.labels),
  };
  if (extent === 'epoch') return { ...common, metrics: meansOf(all.map(meanPrecisions)), details: {}, shown: [] };
  const scores = all.map((one) => [one.sense, scoreEvents(one)] as const);
  return {
    ...common,
    metrics: meansOf(scores.map(([, score]) => score)),
    details: { senses: JSON.parse(JSON.stringify(Object.fromEntries(scores))) as Json },
    shown: shownScores(scores),
  };
}

const clipsShown = 6;

/** All chunks of all clips: each walk looks at the next chunk, until no clip has one. */
async function walk(ask: Ask, { config, length, labels }: ScoreContext) {
  const clips = new Map<string, { steps: number; answers: ChunkAnswer[]; target: EventsTarget }>();
  const thresholds = new Map<string, ReadonlyMap<string, number>>();
  for (let chunk = 0, found = true; found; chunk++) {
    found = false;
    const start = (chunk * length) / 2;
    for await (const { rows, outputs } of ask(plainPass(chunkPass(chunk))))
      for (const [index, row] of rows.entries()) {
        const ofRow = outputsOf(outputs, index, rows.length);
        const count = ofRow.steps!.reduce((sum, value) => sum + value, 0);
        // What follows the first chunk is covered by it unless it goes on beyond that one's half.
        if (count <= (chunk === 0 ? 0 : length / 2)) continue;
        found = true;
        const clip = clips.get(row.clips[0]!) ?? { steps: 0, answers: [], target: row.target as EventsTarget };
        clips.set(row.clips[0]!, clip);
        clip.steps = start + count;
        clip.answers.push(chunkAnswer(ofRow, { start, mask: ofRow.steps! }, config));
        for (const task of Object.keys(config.tasks))
          thresholds.set(task, new Map(labels.map((label, i) => [label, ofRow[`${task}.thresholds`]![i]!])));
      }
  }
  return { clips: [...clips].map(([id, clip]): WalkedClip => ({ id, ...clip })), thresholds };
}

function outputsOf(outputs: Answered['outputs'], index: number, rows: number): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, values]) => {
      const width = values.length / rows;
      return [name, values.subarray(index * width, (index + 1) * width)];
    }),
  );
}

function ofSense(
  sense: Sense,
  clips: readonly WalkedClip[],
  thresholds: ReadonlyMap<string, number>,
  { labels, length, grid, suppression, config }: ScoreContext,
): OfSense[] {
  const annotated = clips.filter(({ target }) => target.own[kindOfSense[sense]] !== undefined);
  if (annotated.length === 0 || !(sense in config.tasks)) return [];
  const secondsIn = ({ steps }: WalkedClip) => steps * grid.stride;
  return [
    {
      ...{ sense, thresholds },
      clips: new Map(annotated.map((clip) => [clip.id, secondsIn(clip)])),
      detections: annotated.flatMap((clip) =>
        clipEvents(clip.answers, { length, grid, seconds: secondsIn(clip) }, suppression)[sense]!.map(
          ({ label, ...event }) => ({ ...event, label: labels[label]!, video: clip.id }),
        ),
      ),
      truths: annotated.flatMap(({ id, target }) =>
        target.own[kindOfSense[sense]]!.map(([start, end, label]) => ({
          ...{ start: secondsOf(start, grid), end: secondsOf(end, grid), label: labels[label]!, video: id },
        })),
      ),
    },
  ];
}

/** The thresholds at which these clips' events are found best; of a class without events, as they are. */
function withThresholds(
  folded: ReadonlyMap<string, Float32Array>,
  all: readonly OfSense[],
  labels: readonly string[],
): ReadonlyMap<string, Float32Array> {
  const found = all.map(({ sense, detections, truths }) => {
    const [name, best] = [`threshold.${sense}`, bestThresholds(detections, truths)];
    return [name, folded.get(name)!.map((usual, index) => best.get(labels[index]!) ?? usual)] as const;
  });
  return new Map([...folded, ...found]);
}

function meansOf(scores: readonly Partial<EventScore>[]): Metrics {
  return Object.fromEntries(
    eventMetrics.map(({ name }) => {
      const values = scores.flatMap((score) => (score[name as keyof EventScore] as number | null | undefined) ?? []);
      return [name, values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length];
    }),
  );
}
