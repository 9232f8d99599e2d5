import { describe, expect, test } from 'vitest';
import type { NamedTensor } from '../../files/safetensors.ts';
import { fromFloat32 } from '../../files/tensor-values.ts';
import { elementCount, type Shape } from '../../graph/tensor.ts';
import { reconstructModel } from './reconstruct.ts';
import { startingWeights } from './starting-weights.ts';
import { drawn, tinyNetwork, tinyReconstruct } from './tiny-network.test-data.ts';

const { width } = tinyNetwork;
const wanted = reconstructModel(
  { ...tinyNetwork, audio: { ...tinyNetwork.audio, positions: 'given' } },
  tinyReconstruct,
).parameters;

function fileOf(shapes: Readonly<Record<string, Shape>>): Map<string, NamedTensor> {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, fromFloat32(Float32Array.from(drawn(name, shape)), shape)]),
  );
}
const valuesIn = (file: Map<string, NamedTensor>, name: string) => {
  const { shape } = file.get(name)!;
  return Float32Array.from(drawn(name, shape)).subarray(0, elementCount(shape));
};

const norms = (name: string, of = width) => ({ [`${name}.weight`]: [of], [`${name}.bias`]: [of] });
const layer = (name: string, outputs: number, inputs: number) => ({
  [`${name}.weight`]: [outputs, inputs],
  [`${name}.bias`]: [outputs],
});
const marlinBlock = (name: string, of = width) => ({
  ...norms(`${name}.norm1`, of),
  ...norms(`${name}.norm2`, of),
  [`${name}.attn.qkv.weight`]: [3 * of, of],
  [`${name}.attn.q_bias`]: [of],
  [`${name}.attn.v_bias`]: [of],
  ...layer(`${name}.attn.proj`, of, of),
  ...layer(`${name}.mlp.layers.0.linear`, 4 * of, of),
  ...layer(`${name}.mlp.layers.1.linear`, of, 4 * of),
});
const marlinEncoder = {
  'encoder.patch_embedding.projection.weight': [width, 3, 2, 2, 2],
  'encoder.patch_embedding.projection.bias': [width],
  ...marlinBlock('encoder.blocks.0'),
  ...norms('encoder.norm'),
};
const audioMae = {
  cls_token: [1, 1, width],
  pos_embed: [1, 1 + 8, width],
  'patch_embed.proj.weight': [width, 1, 4, 2],
  'patch_embed.proj.bias': [width],
  ...norms('blocks.0.norm1'),
  ...norms('blocks.0.norm2'),
  ...layer('blocks.0.attn.qkv', 3 * width, width),
  ...layer('blocks.0.attn.proj', width, width),
  ...layer('blocks.0.mlp.fc1', 4 * width, width),
  ...layer('blocks.0.mlp.fc2', width, 4 * width),
  ...norms('norm'),
  'decoder_embed.weight': [4, width],
};

describe('MARLIN', () => {
  test("its encoder becomes the picture's, under whatever prefix", () => {
    for (const prefix of ['', 'marlin.']) {
      const file = fileOf(
        Object.fromEntries(Object.entries(marlinEncoder).map(([key, shape]) => [prefix + key, shape])),
      );
      const values = startingWeights(file, 'marlin', wanted);
      const encoder = [...wanted.keys()].filter((name) => name.startsWith('video_encoder.'));
      expect([...values.keys()]).toEqual(encoder);
      expect(values.get('video_encoder.blocks.0.mlp.fc2.weight')).toEqual(
        valuesIn(file, `${prefix}encoder.blocks.0.mlp.layers.1.linear.weight`),
      );
    }
  });

  test('its biases of queries and values get a zero bias of keys between them', () => {
    const file = fileOf(marlinEncoder);
    const bias = startingWeights(file, 'marlin', wanted).get('video_encoder.blocks.0.attn.qkv.bias')!;
    expect(bias.subarray(0, width)).toEqual(valuesIn(file, 'encoder.blocks.0.attn.q_bias'));
    expect(bias.subarray(width, 2 * width)).toEqual(new Float32Array(width));
    expect(bias.subarray(2 * width)).toEqual(valuesIn(file, 'encoder.blocks.0.attn.v_bias'));
  });

  test('its decoder comes along where the file has it', () => {
    const file = fileOf({
      ...marlinEncoder,
      'enc_dec_proj.weight': [8, width],
      ...marlinBlock('decoder.blocks.0', 8),
      ...norms('decoder.norm', 8),
      ...layer('decoder.head', 24, 8),
    });
    const values = startingWeights(file, 'marlin', wanted);
    expect(values.get('video_decoder.embed.weight')).toEqual(valuesIn(file, 'enc_dec_proj.weight'));
    expect([...wanted.keys()].filter((name) => name.startsWith('video_') && !name.includes('critic'))).toEqual([
      ...values.keys(),
    ]);
  });
});

describe('AudioMAE', () => {
  test("its encoder becomes the sound's, with the positions of the first tokens and without key biases", () => {
    const file = fileOf(audioMae);
    const values = startingWeights(file, 'audiomae', wanted);
    expect([...values.keys()]).toEqual([...wanted.keys()].filter((name) => name.startsWith('audio_encoder.')));
    const bias = values.get('audio_encoder.blocks.0.attn.qkv.bias')!;
    expect(bias.subarray(width, 2 * width)).toEqual(new Float32Array(width));
    expect(bias.subarray(0, width)).toEqual(valuesIn(file, 'blocks.0.attn.qkv.bias').subarray(0, width));
    const tokens = wanted.get('audio_encoder.pos_embed')!.shape[0]!;
    expect(values.get('audio_encoder.pos_embed')).toEqual(
      valuesIn(file, 'pos_embed').subarray(width, (1 + tokens) * width),
    );
  });
});

describe('files that do not fit are refused in a sentence', () => {
  test.each<[string, Readonly<Record<string, Shape>>, RegExp]>([
    ['neither of both', { 'conv1.weight': [1] }, /holds neither MARLIN's nor AudioMAE's weights/],
    ['an ordinary ViT', { 'patch_embed.proj.weight': [width, 3, 2, 2] }, /holds neither/],
    [
      'a part is missing',
      { ...audioMae, 'blocks.0.norm1.bias': [3] },
      /'blocks.0.norm1.bias' is \[3\], the model needs/,
    ],
    ['a shorter table', { ...audioMae, pos_embed: [1, 4, width] }, /'pos_embed' has no \d+ rows of 8/],
  ])('%s', (_, shapes, message) => {
    expect(() => startingWeights(fileOf(shapes), 'the file', wanted)).toThrow(message);
  });

  test('a weight that is missing is named', () => {
    const file = fileOf(marlinEncoder);
    file.delete('encoder.norm.bias');
    expect(() => startingWeights(file, 'the file', wanted)).toThrow(
      /the file: the weight 'encoder.norm.bias' is missing/,
    );
  });
});
