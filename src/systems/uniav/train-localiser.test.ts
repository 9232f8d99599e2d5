import { expect, test } from 'vitest';
import { openPredictor } from '../../infer/predictor.ts';
import { classPrecisions, type DetectedEvent, meanAveragePrecisions } from '../../metrics/event-detection.ts';
import { createRandom } from '../../random/random.ts';
import { nodeSessions } from '../../runtime/node.ts';
import { settingFields } from '../../train/setting-fields.ts';
import { chunkAnswer, clipEvents } from './clip-events.ts';
import type { ClipRows } from './clip-rows.ts';
import { eventsModel } from './events-model.ts';
import { practicalNetwork } from './practical.ts';
import { gridOf } from './seconds.ts';
import { eventsRecipes, eventsSettingsSchema } from './settings.ts';
import { releasedSuppression } from './suppress.ts';
import { trainLocaliser } from './train-localiser.ts';
import { paddedRows } from './training-row.ts';

const length = 32;
const sizes = { visualWidth: 4, audioWidth: 4, textWidth: 3, classes: 2, senses: ['both'] } as const;
const practical = practicalNetwork(sizes);
const config = {
  ...practical,
  width: 16,
  headWidth: 16,
  selfBlocks: 1,
  ranges: [
    [0, 4],
    [4, 10_000],
  ],
} as const;
const openSession = nodeSessions({ threads: 1 });

/** Noise in which each class raises a feature of its own of picture and sound while it lasts. */
function scene(index: number): ClipRows {
  const random = createRandom('scene', index);
  const steps = 24 + random.integer(9);
  const label = index % 2;
  const start = 2 + random.integer(8);
  const end = start + 3 + random.integer(10);
  const rows = Float32Array.from({ length: 4 * steps }, (_, i) => {
    const [step, feature] = [Math.floor(i / 4), i % 4];
    return random.normal() + (feature === label && step > start && step < end ? 5 : 0);
  });
  return { steps, visual: rows, audio: rows.slice(), events: { AVEL: [{ start, end, label }] } };
}

test('the localiser learns what raises a feature, and finds it in scenes it has not seen', async () => {
  const texts = new Map([['text.both', { shape: [2, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0) }]]);
  const clips = Array.from({ length: 24 }, (_, i) => scene(i));
  const training = { ...eventsRecipes.events!, epochs: 30, learningRate: 4e-3, seed: 1 };
  const epochs = trainLocaliser({ clips, config, texts, training, length, openSession });
  const losses: number[] = [];
  let parameters: ReadonlyMap<string, Float32Array> = new Map();
  for await (const epoch of epochs) {
    losses.push(epoch.loss);
    parameters = epoch.parameters;
  }
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4);

  const model = eventsModel(config, length);
  const predictor = await openPredictor({ backbone: { weights: texts }, model, batchSize: 1, openSession });
  const [detections, truths]: [DetectedEvent[], Omit<DetectedEvent, 'score'>[]] = [[], []];
  for (let index = 100; index < 112; index++) {
    const clip = scene(index);
    const rows = paddedRows(clip, length, config);
    const answer = chunkAnswer(await predictor.run(parameters, rows, 1), { start: 0, mask: rows.mask }, config);
    const about = { length, grid: gridOf(1), seconds: clip.steps };
    const named = (label: number) => ({ label: `${label}`, video: `${index}` });
    for (const event of clipEvents([answer], about, releasedSuppression(0.4)).both!)
      detections.push({ ...event, ...named(event.label) });
    for (const { start, end, label } of clip.events.AVEL!)
      truths.push({ start: start + 0.5, end: end + 0.5, ...named(label) });
  }
  await predictor.release();
  console.log(
    losses.filter((_, i) => i % 10 === 9),
    [0.1, 0.3, 0.5, 0.7].map((t) => meanAveragePrecisions(classPrecisions(detections, truths, [t]))[0]),
    detections.filter((d) => d.score > 0.3),
    truths,
  );
  expect(meanAveragePrecisions(classPrecisions(detections, truths, [0.5]))[0]).toBeGreaterThan(0.9);
});

test('the recipe is complete, and every setting that has a flag says what it is for', () => {
  const { events } = eventsRecipes;
  expect(eventsSettingsSchema.parse(events)).toEqual(events);
  const flags = settingFields(eventsSettingsSchema).map(({ flag }) => flag);
  expect(flags).toContain('--rate <rows>');
  expect(new Set(flags).size).toBe(flags.length);
});
