import { expect, test } from 'vitest';
import { input } from '../../graph/tensor.ts';
import { openPredictor } from '../../infer/predictor.ts';
import { frozenWeights } from '../../model/frozen-weights.ts';
import { firstValues } from '../../model/parameters.ts';
import { pictureRows, rowWidths, soundRows } from '../../model/row-encoder.ts';
import { createRandom } from '../../random.ts';
import { nodeSessions, openNodeSession } from '../../runtime/session-node.ts';
import { parseBackbone } from '../../weights/backbone.ts';
import { miniTimm } from '../../weights/mini-vit.test-data.ts';
import { eventsModel } from './events-model.ts';
import { exportLocaliser } from './export.ts';
import { practicalNetwork } from './practical.ts';
import type { RowInputSettings } from './row-inputs.ts';
import { gridOf, secondsOf } from './seconds.ts';

test('an exported localiser says of pictures and spectrograms what prediction says of their rows', async () => {
  const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
  const { visual, audio } = rowWidths(backbone.config);
  const [length, labels] = [32, ['cat', 'dog']];
  const config = practicalNetwork({
    visualWidth: visual,
    audioWidth: audio,
    textWidth: 3,
    classes: 2,
    senses: ['heard'],
  });
  const model = eventsModel(config, length);
  const values = firstValues(model.parameters, new Map(), 1);
  values.get('text.heard')!.set([1, 0, 0, 0, 1, 0]);
  const { inputSize } = backbone.config;
  const inputs: RowInputSettings = {
    ...{ imageSize: inputSize, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], rate: 2 },
    ...{ frontEnd: 'vggsound', resizeFilter: 'bicubic' },
  };
  const openSession = nodeSessions({ threads: 1 });
  const random = createRandom('chunk');
  const cells = inputSize[0] * inputSize[1];
  const mask = new Float32Array(length).fill(1, 0, 20);
  const present = Float32Array.of(1, 1);
  const pixels = Uint8Array.from({ length: length * cells * 3 }, () => random.integer(256));
  const spectrograms = Float32Array.from({ length: length * cells }, () => random.normal());

  const graph = exportLocaliser({ model, values, labels, config, length, inputs, backbone });
  const exported = await openNodeSession(graph, { threads: 1 });
  const results = await exported.run({ mask, present, pixels, spectrograms });
  await exported.release();

  // The same in the two steps of prediction: rows, and what the model says of them.
  const frozen = frozenWeights(backbone.weights);
  const images = pixels.map((_, index) => {
    const [row, channel, place] = [Math.floor(index / (3 * cells)), Math.floor(index / cells) % 3, index % cells];
    return pixels[(row * cells + place) * 3 + channel]!;
  });
  const perceiver = await openSession({
    visual: pictureRows(input('images', [length, 3, ...inputSize]), frozen, backbone.config),
    audio: soundRows(input('spectrograms', [length, 1, ...inputSize]), frozen, backbone.config),
  });
  const normalised = Float32Array.from(images, (byte) => (byte / 255 - 0.5) / 0.5);
  const rows = await perceiver.run({ images: normalised, spectrograms });
  await perceiver.release();
  const predictor = await openPredictor({ backbone, model, batchSize: 1, openSession });
  const answers = await predictor.run(values, { visual: rows.visual!, audio: rows.audio!, mask, present }, 1);
  await predictor.release();

  const points = [1, 2, 4, 8, 16, 32].flatMap((stride) =>
    Array.from({ length: length / stride }, (_, i) => ({ stride, time: secondsOf(i * stride, gridOf(2)) })),
  );
  expect(results['heard.scores']).toHaveLength(2 * points.length);
  for (const [point, { stride, time }] of points.entries())
    for (const label of [2 * point, 2 * point + 1]) {
      expect(results['heard.scores']![label]).toBeCloseTo(1 / (1 + Math.exp(-answers['heard.logits']![label]!)), 4);
      const [left, right] = [answers['heard.offsets']![2 * label]!, answers['heard.offsets']![2 * label + 1]!];
      expect(results['heard.segments']![2 * label]).toBeCloseTo(time - (left * stride) / 2, 3);
      expect(results['heard.segments']![2 * label + 1]).toBeCloseTo(time + (right * stride) / 2, 3);
    }
  expect([...results['heard.thresholds']!]).toEqual([...answers['heard.thresholds']!]);
});
