// UniAV's light localiser from recordings with label tracks to events in a new one.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { wav } from '../data/generated-clips.test-data.ts';
import { createRandom } from '../random.ts';
import { recipeNamed } from '../systems/registry.ts';
import { evaluate } from './evaluate-node.ts';
import { openFilePredictor } from './predict-node.ts';
import { train } from './train-node.ts';

const session = { threads: 1 };
const sampleRate = 8000;
const seconds = 8;
const pitches = { low: 300, high: 3000 };
const names = Object.keys(pitches) as (keyof typeof pitches)[];
let folder: string;
const at = (name: string) => join(folder, name);

/** Faint noise in which a tone of one of the classes lasts for some seconds. */
async function writeScene(split: string, index: number) {
  const random = createRandom('scene', split, index);
  const label = names[index % 2]!;
  const start = 0.5 + random.uniform() * 3;
  const end = start + 2 + random.uniform() * 2;
  const samples = Float32Array.from({ length: seconds * sampleRate }, (_, i) => {
    const time = i / sampleRate;
    const tone = time >= start && time < end ? 0.3 * Math.sin(2 * Math.PI * pitches[label] * time) : 0;
    return tone + 0.003 * random.normal();
  });
  await mkdir(at(`data/${split}`), { recursive: true });
  await writeFile(at(`data/${split}/${index} heard.wav`), wav(samples, sampleRate));
  await writeFile(at(`data/${split}/${index} heard.txt`), `${start}\t${end}\t${label}\n`);
  return { start, end, label };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-events-'));
  vi.stubEnv('DUET_CACHE', at('cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('it learns what sounds when, says how well, and finds it in a new recording', async () => {
  for (let index = 0; index < 16; index++) await writeScene('train', index);
  const training = { ...recipeNamed('events').settings, epochs: 16, learningRate: 4e-3, tempo: 0 };
  const [out, data] = [at('run'), at('data')];
  const trained = await train({ data, out, training, imageSize: 64, workers: 0, session });
  expect(trained).toMatchObject({ system: 'uniav', outcome: 'finished', skipped: [] });
  // Only what the data is annotated for is learned.
  expect(await readFile(join(out, 'adapter_config.json'), 'utf8')).toMatch(/"senses": \[\s*"heard"\s*\]/);

  const truth = await writeScene('new', 1);
  const { scored } = await evaluate({ run: out, data, split: 'all', missing: 'zero', workers: 0, session });
  expect(scored.metrics.precisionAtHalf).toBeGreaterThan(0.5);
  expect(scored.metrics.segmentF1).toBeGreaterThan(0.5);
  expect(Object.keys(scored.details.senses as object)).toEqual(['heard']);

  const predictor = await openFilePredictor({ run: out, system: 'uniav', missing: 'zero', session });
  const result = await predictor.resultOf({ kind: 'video', path: at('data/new/1 heard.wav') });
  await predictor.release();
  expect(result.seconds).toBe(seconds);
  const [found] = result.events.toSorted((a, b) => b.score - a.score);
  expect(found).toMatchObject({ label: truth.label, sense: 'heard' });
  const shared = Math.min(found!.end, truth.end) - Math.max(found!.start, truth.start);
  const either = Math.max(found!.end, truth.end) - Math.min(found!.start, truth.start);
  expect(shared / either).toBeGreaterThan(0.5);
}, 180_000);
