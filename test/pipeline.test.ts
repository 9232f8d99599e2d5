// From a folder of clips to an ONNX file, by the commands alone; the file must then say what the command says.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, inject, test } from 'vitest';
import { readSound } from '../src/data/read-sound.ts';
import { sampleRange } from '../src/data/windows.ts';
import { openMedia } from '../src/media/open-media-node.ts';
import { openFilePredictor } from '../src/run/predict-node.ts';
import { type FrontEndName, frontEnds } from '../src/signal/front-ends.ts';
import { resize } from '../src/signal/resize.ts';
import type { WindowAnswer } from '../src/systems/ma-avt/answer.ts';
import { duet, duetHere, duetJson, newFolder, small } from './duet.ts';
import { classes } from './global-setup.ts';

type Evaluation = {
  readonly accuracy: number;
  readonly macroF1: number;
  readonly backgroundAuc: number;
  readonly clips: number;
  readonly skipped: number;
  readonly provider: string;
  readonly perClass: readonly { readonly name: string; readonly f1: number; readonly clips: number }[];
};
type Window = {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly top: readonly { readonly label: string; readonly probability: number }[];
  readonly backgroundProbability: number;
};
type Prediction = { readonly path: string; readonly windows: readonly Window[] };

/** The ONNX file's answers for one window of a clip, and the metadata it was prepared by. */
async function runOnnx(file: string, clip: string, { start, end }: Window) {
  const bytes = await readFile(file);
  const about = Object.fromEntries(
    fromBinary(ModelProtoSchema, bytes).metadataProps.map(({ key, value }) => [key, value]),
  );
  const [height, width] = JSON.parse(about.image_size!) as [number, number];
  const media = await openMedia(clip);
  const [frame] = await media.readFrames([(start + end) / 2]);
  const frontEnd = frontEnds[about.front_end as FrontEndName];
  const { sampleRate } = frontEnd;
  const { first, count } = sampleRange({ start, end }, sampleRate);
  const samples = frontEnd.prepare({ samples: await readSound(media, first, count, sampleRate), sampleRate });
  await media.close();
  const session = await InferenceSession.create(bytes);
  const outputs = await session.run({
    pixels: new Tensor('uint8', resize(frame!, width, height, 'bicubic').data, [1, height, width, 3]),
    waveform: new Tensor('float32', samples, [1, samples.length]),
  });
  await session.release();
  const named = Object.entries(outputs).map(([name, value]) => [name, value.data as Float32Array] as const);
  return { classes: JSON.parse(about.classes!) as string[], outputs: Object.fromEntries(named) };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)));
}

describe.each([
  { recipe: 'duet', frontEnd: 'vggsound', isShared: true },
  { recipe: 'duet', frontEnd: 'ave' },
  { recipe: 'reference', frontEnd: 'vggsound' },
  { recipe: 'reference', frontEnd: 'ave' },
])('$recipe with $frontEnd', ({ recipe, frontEnd, isShared }) => {
  test('trains, evaluates, predicts and exports, and the exported file agrees with predict', async () => {
    const { data } = inject('shared');
    const folder = await newFolder('pipeline');
    const onnx = join(folder, 'model.onnx');
    const run = isShared ? inject('shared').run : join(folder, 'run');
    if (!isShared) {
      const settings = ['--recipe', recipe, '--front-end', frontEnd, '--epochs', '1', '--batch', '6'];
      const trained = await duetJson<{ outcome: string; provider: string; history: unknown[] }>([
        'train',
        data,
        '--out',
        run,
        ...settings,
        // The shared run has it.
        '--no-head-start',
        ...small,
      ]);
      expect(trained).toMatchObject({ outcome: 'finished', provider: 'cpu' });
      expect(trained.history).toHaveLength(1);
    }

    const evaluation = await duetJson<Evaluation>(['evaluate', run, data]);
    expect(evaluation).toMatchObject({ clips: classes.length, skipped: 0, provider: 'cpu' });
    for (const share of [evaluation.accuracy, evaluation.macroF1, evaluation.backgroundAuc]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(evaluation.perClass.map(({ name, clips }) => [name, clips])).toEqual(classes.map((name) => [name, 1]));

    const clips = [join(data, 'test', 'metal-bowl', '000.webm'), join(data, 'test', 'calling-bird', '000.webm')];
    const predictions = await duetJson<Prediction[]>(['predict', run, ...clips, '--top', '1000', '--threads', '1']);
    expect(predictions.map(({ path }) => path)).toEqual(clips);

    expect((await duetHere(['export', run, '--onnx', onnx])).code).toBe(0);
    const predictor = await openFilePredictor({ run, session: { threads: 1 } });
    for (const { path, windows } of predictions) {
      expect(windows.length).toBe(frontEnd === 'ave' ? 9 : 1);
      // A window from within the clip, where there is one: its sound does not start with the file.
      const place = windows.length >> 1;
      const window = windows[place]!;
      expect(window.top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      const exported = await runOnnx(onnx, path, window);
      const predicted = exported.classes.map((name) => window.top.find(({ label }) => label === name)!.probability);
      expect(largestDifference(exported.outputs.probabilities!, predicted)).toBeLessThan(1e-4);
      expect(largestDifference(exported.outputs.background_probability!, [window.backgroundProbability])).toBeLessThan(
        1e-4,
      );

      const inProcess: WindowAnswer[] = [];
      for await (const { answer } of predictor.predict({ kind: 'video', path })) inProcess.push(answer as WindowAnswer);
      expect(largestDifference(exported.outputs.visual_attention!, inProcess[place]!.visualAttention!)).toBeLessThan(
        1e-4,
      );
      expect(largestDifference(exported.outputs.audio_attention!, inProcess[place]!.audioAttention!)).toBeLessThan(
        1e-4,
      );
    }
    await predictor.release();
  });
});

test('results for people name the classes, what computed them, and what to type next', async () => {
  const { data, run } = inject('shared');
  const evaluated = await duetHere(['evaluate', run, data]);
  expect(evaluated.out).toMatch(/^accuracy/);
  expect(evaluated.out).toMatch(/^computed on +cpu$/m);
  for (const name of classes) expect(evaluated.out).toContain(name);
  const predicted = await duet(['predict', run, join(data, 'test', 'metal-bowl', '000.webm')]);
  expect(predicted.error).toContain('Predicting on cpu.');
  expect(predicted.out).toMatch(/000\.webm: [a-z-]+\n( +[a-z() -]+ +[\d.]+ %\n){3,}/);
});
