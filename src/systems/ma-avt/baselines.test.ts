// Every baseline goes the way of any other recipe: trained, scored, opened again, asked, exported.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeClips } from '../../data/generated-clips.test-data.ts';
import { readSound } from '../../data/read-sound.ts';
import { sampleRange, type TimeRange } from '../../data/windows.ts';
import { writeSafetensors } from '../../files/safetensors.ts';
import type { MediaReference } from '../../media/media.ts';
import { openReference } from '../../media/open-reference-node.ts';
import { evaluate } from '../../run/evaluate-node.ts';
import { openFilePredictor } from '../../run/predict-node.ts';
import { train } from '../../run/train-node.ts';
import { openNodeSession } from '../../runtime/session-node.ts';
import { frontEnds } from '../../signal/front-ends.ts';
import { resize } from '../../signal/resize.ts';
import { readAdapter } from '../../weights/adapter-folder-node.ts';
import { miniTimm } from '../../weights/mini-vit.test-data.ts';
import { upgradeAdapter } from '../registry.ts';
import type { WindowAnswer } from './answer.ts';
import { recipes } from './recipes.ts';
import { baselineNames, trainingConfigSchema } from './training-config.ts';

const session = { threads: 1 };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-baselines-'));
  vi.stubEnv('DUET_CACHE', join(folder, 'cache'));
  await mkdir(join(folder, 'mini'));
  await writeFile(join(folder, 'mini', 'model.safetensors'), writeSafetensors(miniTimm()));
  await writeFile(
    join(folder, 'mini', 'config.json'),
    JSON.stringify({ architecture: 'vit_mini', model_args: { num_heads: 2 } }),
  );
  for (const [split, clips] of Object.entries({ train: 3, val: 1, test: 2 }))
    await writeClips(join(folder, 'clips', split), { bell: clips, drum: clips });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function soundOf(reference: MediaReference, range: TimeRange): Promise<Float32Array> {
  const media = await openReference(reference);
  const { sampleRate, prepare } = frontEnds.ave;
  const { first, count } = sampleRange(range, sampleRate);
  const samples = prepare({ samples: await readSound(media, first, count, sampleRate), sampleRate });
  await media.close();
  return samples;
}

// The mini ViT has 2,344 numbers; a head for two classes has 2 (C + 1) of them with one modality and 2 (2 C + 1) with
// both, C = 8.
const backbone = 8 + 17 * 8 + (8 * 12 + 8) + 2 * (4 * 8 + 24 * 9 + 8 * 9 + 20 * 9 + 8 * 21) + 16;
const [oneHead, jointHead, agreementHead] = [2 * 9, 2 * 17, 2 * 17 + 2 * 16];
const expectedCounts: Partial<
  Record<(typeof baselineNames)[number], [trainable: number, adapter: number, inference: number]>
> = {
  probe: [jointHead, jointHead, backbone + jointHead],
  'audio-probe': [oneHead, oneHead, backbone + oneHead],
  lora: [8 + 2 * 4 * 2 * 8 * 8 + jointHead, 8 + 2 * 4 * 2 * 8 * 8 + jointHead, backbone + jointHead],
  bottleneck: [
    8 + 2 * (64 * 9 + 8 * 65) + jointHead,
    8 + 2 * (64 * 9 + 8 * 65) + jointHead,
    backbone + 2 * (64 * 9 + 8 * 65) + jointHead,
  ],
  full: [backbone + jointHead, backbone + jointHead, backbone + jointHead],
  // No backbone; of pictures of 8 x 8 places two by two are left.
  'small-cnn': Array<number>(3).fill(
    9 * 3 * 16 + 9 * 16 + 2 * (9 * (16 * 32 + 32 * 64) + 2 * (16 + 32 + 64) + 2 * (4 * 64 + 1)),
  ) as [number, number, number],
  // Ten tokens with a light self-attention for each set of five.
  visual: [8 + 80 + 2 * (24 * 9 + 8 * 9) + agreementHead, 8 + 80 + agreementHead, backbone + 80 + agreementHead],
};

test.each(baselineNames)('%s trains, evaluates, predicts and exports', async (name) => {
  const out = join(folder, name);
  const training = { ...recipes[name], epochs: 1, batch: 4, frontEnd: 'ave' as const };
  const options = { data: join(folder, 'clips'), workers: 0, session };
  const trained = await train({ ...options, out, training, backbone: join(folder, 'mini') });
  expect(trained).toMatchObject({ outcome: 'finished', skipped: [] });
  expect(trained.history[0]!.losses.total).toBeGreaterThan(0);

  const { scored, adapter } = await evaluate({ ...options, run: out });
  const { counts: parameters } = adapter.open;
  expect(scored.clips).toHaveLength(4);
  expect(scored.metrics.accuracy).toBeGreaterThanOrEqual(0);
  expect(parameters).toEqual(trained.parameters);
  const stored = [...(await readAdapter(out, upgradeAdapter)).tensors.values()].reduce(
    (sum, { data }) => sum + data.length,
    0,
  );
  expect(parameters.adapter).toBe(stored);
  if (expectedCounts[name]) expect(Object.values(parameters)).toEqual(expectedCounts[name]);

  const predictor = await openFilePredictor({ run: out, session });
  const [image, audio] = ['png', 'wav'].map((kind) => join(folder, 'clips', 'test', 'bell', `0.${kind}`)) as [
    string,
    string,
  ];
  for await (const { window, answer: given } of predictor.predict({ kind: 'pair', image, audio })) {
    const answer = given as WindowAnswer;
    const clip = scored.clips.find(({ path }) => path.startsWith('test/bell/0.'))!;
    const probabilitiesOfClip = Object.values(clip.probabilities as Record<string, number>);
    // A probe on six clips of the mini ViT, which all look alike to it, has large weights, which magnify rounding.
    answer.probabilities.forEach(
      (probability, index) => void expect(probability).toBeCloseTo(probabilitiesOfClip[index]!, 4),
    );
    const { modalities, stems } = training.model;
    expect(answer.visualAttention === undefined).toBe(modalities === 'audio' || stems === 'alone');
    expect(answer.audioAttention === undefined).toBe(modalities === 'visual' || stems === 'alone');
    const graph = await predictor.adapter.open.exported!(predictor.adapter.tensors);
    const inputs = ({ both: ['pixels', 'waveform'], visual: ['pixels'], audio: ['waveform'] } as const)[modalities];
    expect([...graph.inputs.keys()].sort()).toEqual(inputs);
    const exported = await openNodeSession(graph, session);
    const feeds = {
      pixels: resize(window.frame!, 8, 8, 'bicubic').data,
      waveform: await soundOf({ kind: 'pair', image, audio }, window),
    };
    const { probabilities } = await exported.run(Object.fromEntries(inputs.map((input) => [input, feeds[input]])));
    probabilities!.forEach(
      (probability, index) => void expect(probability).toBeCloseTo(answer.probabilities[index]!, 4),
    );
    await exported.release();
  }
  await predictor.release();
});

test('stems learn alone, then the heads on what both say, then all together; a clip is predicted by both', async () => {
  const out = join(folder, 'stems');
  const { model, ...recipe } = recipes.duet;
  const training = {
    ...{ ...recipe, model: { ...model, stems: 'beside' as const, tokens: { audio: 1, visual: 1, shared: 1 } } },
    ...{ epochs: 1, stemEpochs: 1, batch: 8, frontEnd: 'ave' as const, augmentSound: 'warp' as const },
  };
  const options = { data: join(folder, 'clips'), workers: 0, session };
  const stages: string[] = [];
  const trained = await train({
    ...{ ...options, out, training, backbone: join(folder, 'mini') },
    onEvent(event) {
      const stage = event.kind === 'epoch' ? Object.keys(event.record.validation ?? {})[0] : event.kind;
      if (event.kind === 'epoch' || (event.kind === 'kept' && event.done === event.total))
        stages.push(stage ?? 'alone');
    },
  });
  expect(stages).toEqual(['alone', 'kept', 'accuracy']);
  expect(trained.best).not.toBeNull();
  const { tensors } = await readAdapter(out, upgradeAdapter);
  expect([...tensors.keys()]).toEqual(
    expect.arrayContaining(['visual_tokens', 'audio_head.weight', 'audio_stem_head.weight', 'audio_stem.0.kernels']),
  );
  const { scored } = await evaluate({ ...options, run: out });
  expect(scored.clips).toHaveLength(4);
});

test('settings written before there were baselines mean what they meant', () => {
  for (const recipe of [recipes.reference, recipes.duet]) {
    const { modulation, stemEpochs, augmentSound, model, ...training } = recipe;
    const { modalities, adaptation, rank, bottleneckWidth, classToken, stems, ...options } = model;
    // Stems came later, and no adapter of before has them.
    const meant = { ...recipe, augmentSound: 'none', model: { ...model, stems: 'none' } };
    expect(trainingConfigSchema.parse({ ...training, model: options })).toEqual(meant);
  }
});

test('modulation between modalities is refused where there is only one', async () => {
  const { model } = recipes['ogm-ge'];
  const training = { ...recipes['ogm-ge'], model: { ...model, modalities: 'audio' as const } };
  const run = train({
    out: join(folder, 'refused'),
    data: join(folder, 'clips'),
    training,
  });
  await expect(run).rejects.toThrow('give --modulation none or --modalities both');
});
