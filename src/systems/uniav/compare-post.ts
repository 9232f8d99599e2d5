// Do Duet's proposals, events and scores agree with those that the released code and the evaluators in use recorded?
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import type { SafetensorsFile } from '../../files/safetensors.ts';
import { toFloat32, toInt32 } from '../../files/tensor-values.ts';
import {
  classPrecisions,
  type DetectedEvent,
  eventCounts,
  f1Of,
  type LabelledSegment,
  meanAveragePrecisions,
  merged,
  segmentCounts,
} from '../../metrics/event-detection.ts';
import { polyphonicScore, type Scenario } from '../../metrics/polyphonic-detection.ts';
import type { Comparison } from '../../train/comparison.ts';
import { decode, type Proposal } from './decode.ts';
import { readGoldenConfig } from './golden.ts';
import { inSeconds } from './seconds.ts';
import { suppress } from './suppress.ts';

const caseSchema = z.object({
  K: z.int().positive(),
  sigma: z.number().positive(),
  multiclass: z.boolean(),
  stride: z.number().positive(),
  offset: z.number(),
  duration: z.number().positive(),
  ranges: z.array(z.tuple([z.number(), z.number()])),
  preThreshold: z.number(),
  topPerLevel: z.int().positive(),
  minimumDuration: z.number(),
  minimumScore: z.number(),
  maximumSegments: z.int().positive(),
  votingThreshold: z.number(),
});
const scenarioSchema = z.object({
  dtc: z.number(),
  gtc: z.number(),
  cttc: z.number(),
  alphaCt: z.number(),
  alphaSt: z.number(),
});
const configSchema = z.object({
  cases: z.array(caseSchema),
  sed: z.object({
    duration: z.number().positive(),
    files: z.int().positive(),
    threshold: z.number(),
    collar: z.number(),
    share: z.number(),
    scenarios: z.array(scenarioSchema),
  }),
});

type PostCase = z.infer<typeof caseSchema>;
type SedConfig = z.infer<typeof configSchema>['sed'];

/**
 * Proposals and events as `outputs`, and the metrics. An error is the largest difference, of numbers above 1 as a share of
 * them; infinite where the numbers of events differ.
 * @throws DuetError when the file is no such recording or lacks a part of it.
 */
export function comparePost({ tensors, metadata }: SafetensorsFile, name: string): Comparison[] {
  const config = readGoldenConfig(configSchema, metadata, name);
  const tensor = (key: string) => {
    const found = tensors.get(key);
    if (!found) throw new DuetError(`${name}: the tensor '${key}' is missing.`);
    return found;
  };
  const read: Read = {
    floats: (key) => toFloat32(tensor(key)),
    whole: (key) => [...toInt32(tensor(key))],
  };
  return [
    ...config.cases.flatMap((settings, index) => compareCase(settings, `case${index}`, read)),
    ...compareMeanPrecisions(read),
    ...compareSoundEvents(config.sed, read),
  ];
}

type Read = { floats(name: string): Float32Array; whole(name: string): number[] };

function compareCase(settings: PostCase, name: string, { floats, whole }: Read): Comparison[] {
  const levels = (part: string) =>
    Float32Array.from(settings.ranges.flatMap((_, level) => [...floats(`${name}.${part}.${level}`)]));
  const recorded = (stage: string, ends: string): Proposal[] => {
    const [segments, scores] = [floats(`${name}.${stage}.${ends}`), floats(`${name}.${stage}.scores`)];
    return whole(`${name}.${stage}.labels`).map((label, i) => ({
      ...{ label, score: scores[i]!, start: segments[2 * i]!, end: segments[2 * i + 1]! },
    }));
  };
  const answers = {
    ...{ logits: levels('logits'), offsets: levels('offsets'), mask: floats(`${name}.mask.0`), classes: settings.K },
  };
  const decoded = decode(answers, settings, {
    ...{ leastScore: settings.preThreshold, mostPerLevel: settings.topPerLevel },
    leastLength: settings.minimumDuration,
  });
  const events = suppress(decoded, {
    ...{ suppression: { kind: 'gaussian', sigma: settings.sigma }, leastScore: settings.minimumScore },
    ...{ most: settings.maximumSegments, classesCompete: !settings.multiclass, votingIou: settings.votingThreshold },
  });
  const inOrder = (proposals: readonly Proposal[]) =>
    proposals.toSorted((a, b) => b.score - a.score || a.label - b.label || a.start - b.start);
  return [
    {
      ...{ group: 'outputs', name: `${name}.decoded` },
      error: differenceOf(inOrder(decoded), inOrder(recorded('decoded', 'segments'))),
    },
    { group: 'outputs', name: `${name}.segments`, error: differenceOf(events, recorded('final', 'segments')) },
    {
      ...{ group: 'outputs', name: `${name}.seconds` },
      error: differenceOf(inSeconds(events, settings, settings.duration), recorded('final', 'seconds')),
    },
  ];
}

function compareMeanPrecisions(read: Read): Comparison[] {
  const { detections, truths } = eventsOf('metric', read);
  const ious = [...read.floats('metric.thresholds')];
  const classes = classPrecisions(detections, truths, ious);
  const perClass = classes.flatMap(({ precisions }) => precisions());
  return [
    metric('metric.average_precision', perClass, read),
    metric('metric.mean_average_precision', meanAveragePrecisions(classes), read),
  ];
}

function compareSoundEvents({ duration, files, threshold, collar, share, ...config }: SedConfig, read: Read) {
  const { detections, truths } = eventsOf('sed', read);
  const likely = merged(detections.filter(({ score }) => score > threshold));
  const f1 = (counts: ReturnType<typeof segmentCounts>) => [...counts.values()].map(f1Of);
  const scores = config.scenarios.map((scenario) =>
    polyphonicScore(detections, truths, duration * files, scenarioOf(scenario)),
  );
  return [
    metric('sed.event_f1', f1(eventCounts(likely, truths, { seconds: collar, share })), read),
    metric('sed.segment_f1', f1(segmentCounts(likely, truths)), read),
    metric('sed.psds', scores, read),
  ];
}

function scenarioOf({ dtc, gtc, cttc, alphaCt, alphaSt }: z.infer<typeof scenarioSchema>): Scenario {
  return {
    ...{ detectionTolerance: dtc, truthTolerance: gtc, crossTriggerTolerance: cttc },
    ...{ crossTriggerWeight: alphaCt, instabilityWeight: alphaSt },
  };
}

function eventsOf(part: 'metric' | 'sed', { floats, whole }: Read) {
  const events = (side: string): LabelledSegment[] => {
    const [ends, videos] = [floats(`${part}.${side}.segments`), whole(`${part}.${side}.video`)];
    return whole(`${part}.${side}.labels`).map((label, i) => ({
      ...{ label: `${label}`, video: `${videos[i]}`, start: ends[2 * i]!, end: ends[2 * i + 1]! },
    }));
  };
  const scores = floats(`${part}.predictions.scores`);
  const detections = events('predictions').map((event, i): DetectedEvent => ({ ...event, score: scores[i]! }));
  return { detections, truths: events('truth') };
}

function metric(name: string, ours: readonly number[], { floats }: Read): Comparison {
  return { group: 'metrics', name, error: largestDifference(ours, [...floats(name)]) };
}

function differenceOf(ours: readonly Proposal[], recorded: readonly Proposal[]): number {
  if (ours.some(({ label }, i) => label !== recorded[i]?.label)) return Number.POSITIVE_INFINITY;
  const numbers = (proposals: readonly Proposal[]) => proposals.flatMap(({ start, end, score }) => [start, end, score]);
  return largestDifference(numbers(ours), numbers(recorded));
}

function largestDifference(ours: readonly number[], recorded: readonly number[]): number {
  if (ours.length !== recorded.length) return Number.POSITIVE_INFINITY;
  return recorded.reduce((most, value, i) => {
    return Math.max(most, Math.abs(ours[i]! - value) / Math.max(1, Math.abs(value)));
  }, 0);
}
