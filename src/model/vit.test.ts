import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../files/safetensors.ts';
import { toFloat32 } from '../files/tensor-values.ts';
import { encodeOnnx } from '../graph/encode-onnx.ts';
import { linear, slice } from '../graph/functions.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { openNodeSession } from '../runtime/session-node.ts';
import { type Backbone, parseBackbone } from '../weights/backbone.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { frozenWeights } from './frozen-weights.ts';
import { vit, type Weights } from './vit.ts';

const golden = '../shared/golden';
const models = '../shared/models';

function readGolden(name: string) {
  const { tensors } = readSafetensors(readFileSync(`${golden}/${name}.safetensors`), name);
  return {
    tensors,
    of: (key: string) => toFloat32(tensors.get(key)!),
    shape: (key: string) => tensors.get(key)!.shape,
  };
}

async function run(
  backbone: Backbone,
  image: Float32Array,
  shape: readonly number[],
  outputs: (pictures: Tensor, weights: Weights) => Record<string, Tensor>,
) {
  const pictures = input('pictures', shape);
  const session = await openNodeSession(encodeOnnx(outputs(pictures, frozenWeights(backbone.weights))));
  const results = await session.run({ pictures: image });
  await session.release();
  return results;
}

/** Largest difference over largest value. */
function relativeError(ours: Float32Array, reference: Float32Array): number {
  expect(ours.length).toBe(reference.length);
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - reference[i]!)), 0) / largest;
}

describe.skipIf(!existsSync(golden))('features agree with the reference', () => {
  test.skipIf(!existsSync(models))("ViT-Tiny's features and logits of four frames", async () => {
    const backbone = await openBackbone(`${models}/vit_tiny_patch16_224`);
    const { of, shape } = readGolden('vit-tiny');
    const results = await run(backbone, of('input.image'), shape('input.image'), (pictures, weights) => {
      const { features } = vit(pictures, weights, backbone.config);
      return { features, logits: linear(slice(features, 1, 0, 1), weights('head.weight'), weights('head.bias')) };
    });
    expect(relativeError(results.features!, of('output.features'))).toBeLessThan(1e-4);
    expect(relativeError(results.logits!, of('output.logits'))).toBeLessThan(1e-4);
  });

  test.each([
    [64, 64],
    [96, 80],
  ] as const)('a mini ViT in timm’s naming at %i x %i, with its position table resized', async (height, width) => {
    const { tensors, of, shape } = readGolden('timm-vit-mini');
    const parameters = [...tensors].flatMap(([name, tensor]) =>
      name.startsWith('param.') ? [[name.slice(6), tensor] as const] : [],
    );
    const backbone = parseBackbone(
      { name: 'mini', tensors: new Map(parameters) },
      { heads: 3, imageSize: [height, width] },
    );
    const image = `input.image_${height}x${width}`;
    const { features } = await run(backbone, of(image), shape(image), (pictures, weights) => ({
      features: vit(pictures, weights, backbone.config).features,
    }));
    expect(relativeError(features!, of(`output.features_${height}x${width}`))).toBeLessThan(1e-4);
  });

  test('a mini ViT in Hugging Face’s naming, every hidden state', async () => {
    const backbone = await openBackbone(`${golden}/hf-vit-mini`);
    const { of, shape } = readGolden('hf-vit-mini/expected');
    const results = await run(backbone, of('input.image'), shape('input.image'), (pictures, weights) => {
      const { features, hidden } = vit(pictures, weights, backbone.config);
      return { features, ...Object.fromEntries(hidden.map((tokens, layer) => [`hidden.${layer}`, tokens])) };
    });
    expect(relativeError(results.features!, of('output.features'))).toBeLessThan(1e-4);
    for (const layer of [0, 1, 2, 3])
      expect(relativeError(results[`hidden.${layer}`]!, of(`output.hidden.${layer}`))).toBeLessThan(1e-4);
  });
});

const testModel = '../shared/bugs/04-timm-heads';
test.skipIf(!existsSync(testModel))(
  'a model of two narrow heads, known by its architecture, agrees with timm',
  async () => {
    const backbone = await openBackbone(testModel);
    const image = Float32Array.from({ length: 3072 }, (_, i) => Math.sin((2 * i) / 3071 - 1));
    const { features } = await run(backbone, image, [1, 3, 32, 32], (pictures, weights) => ({
      features: vit(pictures, weights, backbone.config).features,
    }));
    const expected = JSON.parse(readFileSync(`${testModel}/expected.json`, 'utf8')) as { class_token: number[] };
    expect(relativeError(features!.slice(0, 64), Float32Array.from(expected.class_token))).toBeLessThan(1e-4);
  },
);
