// One folder and one line: a system that nothing knows of goes through all that is done with systems.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeClip } from '../data/generated-clips.test-data.ts';
import { openDataset } from '../data/open-dataset-node.ts';
import { openStoredFeed } from '../data/stored-feed.ts';
import { openReference } from '../media/open-reference-node.ts';
import { nodeSessions, openNodeSession } from '../runtime/session-node.ts';
import { systemLoaders } from '../systems/registry.ts';
import type { System } from '../systems/system.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { toySystem } from './toy-system.test-data.ts';
import { freshRun, trainRun } from './train.ts';

// The line in the registry.
const loaders = systemLoaders as Record<string, () => Promise<System>>;
loaders.toy = async () => toySystem as System;
const { evaluate } = await import('./evaluate-node.ts');
const { evaluationPage } = await import('./evaluation-page-node.ts');
const { evaluationResult } = await import('./evaluation-result.ts');
const { experiment } = await import('./experiment/experiment-node.ts');
const { openFilePredictor } = await import('./predict-node.ts');
const { train } = await import('./train-node.ts');

const session = { threads: 1 };
const training = toySystem.recipes.toy!;
const colours = { blue: [20, 30, 200], red: [200, 40, 30] } as const;
let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-toy-'));
  vi.stubEnv('DUET_CACHE', at('cache'));
  for (const [split, clips] of Object.entries({ train: 4, val: 1, test: 2 }))
    for (const [label, [r, g, b]] of Object.entries(colours))
      for (let clip = 0; clip < clips; clip++) {
        const stem = at(`clips/${split}/${label}/${clip}`);
        await writeClip(stem, 0.5);
        const background = { r: r + 9 * clip, g, b };
        await sharp({ create: { width: 16, height: 12, channels: 3, background } }).toFile(`${stem}.png`);
      }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  // Other files see the same registry.
  delete loaders.toy;
  await rm(folder, { recursive: true });
});

const adapterOf = (run: string) => readFile(at(`${run}/adapter_model.safetensors`));

async function trained(run: string, resume = false, signal?: AbortSignal, onStep?: () => void) {
  return train({
    ...{ data: at('clips'), out: at(run), training, resume, workers: 0, session },
    ...(signal && { signal }),
    onEvent: ({ kind }) => void (kind === 'step' && onStep?.()),
  });
}

test('it trains, and a run that was interrupted ends in the same bytes', async () => {
  expect(await trained('run')).toMatchObject({ system: 'toy', outcome: 'finished', skipped: [] });
  const stop = new AbortController();
  let steps = 0;
  const onStep = () => void (++steps === 7 && stop.abort());
  expect(await trained('stopped', false, stop.signal, onStep)).toMatchObject({ outcome: 'interrupted' });
  expect(await trained('stopped', true)).toMatchObject({ outcome: 'finished' });
  expect(await adapterOf('stopped')).toEqual(await adapterOf('run'));
});

test('it is evaluated, with a page, and predicts and exports alike', async () => {
  const evaluation = await evaluate({ run: at('run'), data: at('clips'), workers: 0, session });
  expect(evaluationResult(evaluation, 'test')).toMatchObject({ system: 'toy', accuracy: 1, clips: 4, skipped: 0 });
  const about = { run: at('run'), data: at('clips'), split: 'test', missing: 'error', session, seconds: 1 } as const;
  expect(await evaluationPage(evaluation, { ...about, command: 'toy' })).toMatch(/100\.0 %[\s\S]*blue/);

  const predictor = await openFilePredictor({ run: at('run'), session });
  const [image, audio] = ['png', 'wav'].map((kind) => at(`clips/test/red/1.${kind}`)) as [string, string];
  const result = await predictor.resultOf({ kind: 'pair', image, audio });
  expect(result).toMatchObject({ label: 'red' });
  const { open, tensors } = predictor.adapter;
  const exported = await openNodeSession(await open.exported!(tensors), session);
  for await (const { window } of predictor.predict({ kind: 'pair', image, audio })) {
    const { probabilities } = await exported.run({ facts: window.inputs.facts! });
    expect(Math.max(...probabilities!)).toBeCloseTo((result as unknown as { probability: number }).probability, 5);
  }
  await exported.release();
  await predictor.release();
});

test('it is compared over seeds', async () => {
  const grid = { data: 'clips', seeds: [0, 1], options: { epochs: 4 }, variants: { toy: { recipe: 'toy' } } };
  await writeFile(at('grid.json'), JSON.stringify(grid));
  const result = await experiment({ file: at('grid.json'), out: at('compared'), session, workers: 0 });
  expect(result).toMatchObject({ runs: 2, finished: 2, failed: [] });
  expect(result.variants[0]!.metrics.accuracy).toMatchObject({ runs: 2 });
});

test('it trains over readings and files that somebody else keeps, as in a page, to the same bytes', async () => {
  const { examples, classes: labels } = await openDataset(at('clips'));
  const backbone = await openBackbone(undefined);
  const known = { labels, backbone };
  const open = toySystem.open(training, known);
  const load = async (id: string) => {
    const media = await openReference(examples.find((example) => example.id === id)!.media);
    return open.intake.read(media).finally(() => media.close());
  };
  const kept = new Map<string, Uint8Array>();
  const place = {
    name: 'the page',
    read: async (file: string) => kept.get(file),
    write: async (file: string, bytes: Uint8Array) => void kept.set(file, bytes),
  };
  const { outcome } = await trainRun({
    ...{ system: toySystem as System, settings: training, known, open, place },
    feed: openStoredFeed({ examples, intake: open.intake, batchSize: training.batch, load }),
    checkpoint: freshRun(open, known, training.seed),
    ...{ isFresh: true, saveInterval: 60_000, openSession: nodeSessions(session), onEvent: () => undefined },
  });
  expect(outcome).toBe('finished');
  expect(kept.get('adapter_model.safetensors')).toEqual(new Uint8Array(await adapterOf('run')));
});
