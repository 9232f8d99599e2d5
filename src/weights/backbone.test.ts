import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DuetError } from '../errors.ts';
import { readSafetensors } from '../files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../files/tensor-values.ts';
import { type BackboneFile, type BackboneOptions, parseBackbone } from './backbone.ts';
import { asHuggingFace, miniTimm, type Tensors } from './mini-vit.test-data.ts';

const shared = new URL('../../../shared/', import.meta.url);
const hasShared = existsSync(shared);
const microFile = new URL('../../assets/vit_micro_patch16_224/model.safetensors', import.meta.url);

function parse(tensors: Tensors, file: Partial<BackboneFile> = {}, options: BackboneOptions = { heads: 2 }) {
  return parseBackbone({ name: 'mini', tensors, ...file }, options);
}

function changed(change: (tensors: Tensors) => void, tensors = miniTimm()): Tensors {
  change(tensors);
  return tensors;
}

const zeros = (...shape: number[]) =>
  fromFloat32(new Float32Array(shape.reduce((product, size) => product * size, 1)), shape);

describe('namings', () => {
  test.each([
    ['old', ''],
    ['old', 'vit.'],
    ['new', ''],
    ['new', 'vit.'],
  ] as const)('Hugging Face`s %s names with prefix "%s" give the same weights as timm`s', (naming, prefix) => {
    const expected = parse(miniTimm({ classes: 5 }));
    const found = parse(asHuggingFace(miniTimm({ classes: 5 }), naming, prefix));
    expect([...found.weights.keys()].sort()).toEqual([...expected.weights.keys()].sort());
    for (const [name, weight] of expected.weights) expect(found.weights.get(name)).toEqual(weight);
    expect(found.hash).toBe(expected.hash);
    expect(expected.config).toMatchObject({
      width: 8,
      depth: 2,
      mlpWidth: 20,
      patchSize: 2,
      imageSize: 8,
      heads: 2,
      layerNormEpsilon: 1e-6,
    });
    expect(found.config.layerNormEpsilon).toBe(1e-12);
  });

  test('missing query, key and value biases are zeros', () => {
    const timm = parse(changed((tensors) => tensors.delete('blocks.1.attn.qkv.bias')));
    expect(timm.weights.get('blocks.1.attn.qkv.bias')?.data).toEqual(new Float32Array(24));
    const huggingFace = asHuggingFace(miniTimm(), 'old');
    huggingFace.delete('encoder.layer.0.attention.attention.key.bias');
    const bias = parse(huggingFace).weights.get('blocks.0.attn.qkv.bias')?.data;
    expect(bias?.subarray(8, 16)).toEqual(new Float32Array(8));
    expect(bias?.subarray(0, 8)).not.toEqual(new Float32Array(8));
  });

  test('a pooler or a mask token changes nothing; a head behind another layer is left out', () => {
    const plain = parse(asHuggingFace(miniTimm(), 'old', 'vit.'));
    const tensors = asHuggingFace(miniTimm(), 'old', 'vit.')
      .set('vit.pooler.dense.weight', zeros(8, 8))
      .set('vit.embeddings.mask_token', zeros(1, 1, 8));
    expect(parse(tensors).hash).toBe(plain.hash);
    const old = miniTimm({ classes: 3 }).set('pre_logits.fc.weight', zeros(8, 8));
    expect(parse(old).weights.has('head.weight')).toBe(false);
  });
});

describe('hash', () => {
  test('it tells apart weights, even two signs, and head counts; not heads of classes, input sizes or float types that hold the same', () => {
    const original = parse(miniTimm());
    const flipped = changed((tensors) => {
      const values = Float32Array.from(toFloat32(tensors.get('norm.bias')!));
      values[0] = -values[0]!;
      values[1] = -values[1]!;
      tensors.set('norm.bias', fromFloat32(values, [8]));
    });
    expect(parse(flipped).hash).not.toBe(original.hash);
    expect(parse(miniTimm(), {}, { heads: 4 }).hash).not.toBe(original.hash);
    expect(parse(miniTimm({ classes: 5 })).hash).toBe(original.hash);
    expect(parse(miniTimm(), {}, { heads: 2, imageSize: [6, 10] }).hash).toBe(original.hash);
    const doubles = changed((tensors) => {
      const bytes = new Uint8Array(Float64Array.from(toFloat32(tensors.get('norm.bias')!)).buffer);
      tensors.set('norm.bias', { dtype: 'F64', shape: [8], bytes });
    });
    expect(parse(doubles).hash).toBe(original.hash);
    expect(original.hash).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('settings', () => {
  test('heads come from the option, then the config, then the metadata, and are never guessed', () => {
    const metadata = { architecture: 'vit_mini (dim 8, depth 2, heads 8)' };
    const config = { num_attention_heads: 4, num_hidden_layers: 2, hidden_size: 8, layer_norm_eps: 1e-5 };
    expect(parse(miniTimm(), { metadata, config }, { heads: 2 }).config.heads).toBe(2);
    expect(parse(miniTimm(), { metadata, config }, {}).config).toMatchObject({ heads: 4, layerNormEpsilon: 1e-5 });
    expect(parse(miniTimm(), { metadata }, {}).config.heads).toBe(8);
    expect(() => parse(miniTimm(), {}, {})).toThrow(
      'no file with it names the number of its attention heads, and 8 channels can be divided in several ways; write {"num_attention_heads": NUMBER} into',
    );
    const architecture = 'vit_own_patch2';
    expect(() => parse(miniTimm(), { config: { architecture } }, {})).toThrow("'vit_own_patch2' does not tell");
    expect(() => parse(miniTimm(), {}, { heads: 3 })).toThrow('3 attention heads do not divide its width of 8');
  });

  test('mean and deviation come from the metadata, timm`s config, the preprocessor, or are ImageNet`s', () => {
    const config = { pretrained_cfg: { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] }, architecture: 'vit', num_classes: 5 };
    const preprocessor = { image_mean: [0.5, 0.5, 0.5], image_std: [0.25, 0.25, 0.25], size: 224 };
    const metadata = { mean: '0.4,0.5,0.6', std: '(0.7, 0.8, 0.9)' };
    expect(parse(miniTimm(), { metadata, config, preprocessor }).config).toMatchObject({
      mean: [0.4, 0.5, 0.6],
      std: [0.7, 0.8, 0.9],
    });
    expect(parse(miniTimm(), { config, preprocessor }).config).toMatchObject({ mean: [0.1, 0.2, 0.3], std: [1, 2, 3] });
    expect(parse(miniTimm(), { preprocessor }).config).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    });
    expect(parse(miniTimm()).config).toMatchObject({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    expect(() => parse(miniTimm(), { metadata: { mean: '0.4,0.5' } })).toThrow("metadata 'mean' ('0.4,0.5')");
    expect(() => parse(miniTimm(), { preprocessor: { image_std: [0, 1, 1] } })).toThrow('above zero');
  });

  test('a config of another model or with another activation is refused', () => {
    expect(() => parse(miniTimm(), { config: { hidden_size: 16 } })).toThrow(
      'config.json says hidden_size 16, the tensors say 8',
    );
    expect(() => parse(miniTimm(), { config: { hidden_act: 'quick_gelu' } })).toThrow("its activation is 'quick_gelu'");
    expect(() => parse(miniTimm(), { config: { num_attention_heads: 'two' } })).toThrow(
      "config.json is not as expected: 'num_attention_heads'",
    );
  });

  test('another input size resizes the position table and nothing else', () => {
    const { config, weights } = parse(miniTimm(), {}, { heads: 2, imageSize: [6, 10] });
    expect(config).toMatchObject({ inputSize: [6, 10], imageSize: 6 });
    expect(weights.get('pos_embed')?.shape).toEqual([1, 16, 8]);
    expect(weights.get('pos_embed')?.data.length).toBe(16 * 8);
    expect(parse(miniTimm(), {}, { heads: 2, imageSize: 8 }).weights.get('pos_embed')).toEqual(
      parse(miniTimm()).weights.get('pos_embed'),
    );
    expect(() => parse(miniTimm(), {}, { heads: 2, imageSize: [64, 1_000_000_000] })).toThrow(
      'the most is 4096 pixels',
    );
    expect(() => parse(miniTimm(), {}, { heads: 2, imageSize: 7 })).toThrow('multiples of its patch size, 2');
  });
});

describe('what is refused', () => {
  const relatives: [string, string, string][] = [
    ['dist_token', 'DeiT', 'distilled'],
    ['reg_token', 'registers', 'register tokens'],
    ['blocks.0.ls1.gamma', 'LayerScale', 'LayerScale'],
    ['blocks.0.mlp.w12.weight', 'SwiGLU', 'SwiGLU'],
    ['patch_embed.backbone.stem.conv.weight', 'hybrids', 'hybrid'],
    ['blocks.1.attn.q_norm.weight', 'query norms', 'normalises queries'],
    ['fc_norm.weight', 'average pooling', 'averages the patches'],
    ['norm_pre.weight', 'norms before the blocks', 'before the first block'],
    ['something.else', 'unknown tensors', "'something.else'"],
  ];
  test.each(relatives)('%s: %s are refused with the reason', (tensor, _, reason) => {
    const act = () => parse(changed((tensors) => tensors.set(tensor, zeros(8))));
    expect(act).toThrow(DuetError);
    expect(act).toThrow('not a plain ViT');
    expect(act).toThrow(reason);
    expect(act).toThrow(tensor);
  });

  test('no class token, no row for it, and a table that is not square', () => {
    expect(() => parse(changed((tensors) => tensors.delete('cls_token')))).toThrow('it has no class token');
    expect(() => parse(changed((tensors) => tensors.set('pos_embed', zeros(1, 16, 8))))).toThrow(
      'no row for the class token',
    );
    expect(() => parse(changed((tensors) => tensors.set('pos_embed', zeros(1, 13, 8))))).toThrow(
      'not that of a square picture',
    );
  });

  test('a missing tensor is named as the file would name it, with its shape', () => {
    expect(() => parse(changed((tensors) => tensors.delete('blocks.1.mlp.fc2.bias')))).toThrow(
      "mini lacks the tensor 'blocks.1.mlp.fc2.bias' of shape [8]",
    );
    const huggingFace = asHuggingFace(miniTimm(), 'old', 'vit.');
    huggingFace.delete('vit.encoder.layer.0.attention.attention.value.weight');
    expect(() => parse(huggingFace)).toThrow(
      "lacks the tensor 'vit.encoder.layer.0.attention.attention.value.weight' of shape [8, 8]",
    );
    const gap = new Map(
      [...miniTimm()].map(([name, tensor]) => [name.replace('blocks.1', 'blocks.900000000'), tensor]),
    );
    expect(() => parse(gap)).toThrow("lacks the tensor 'blocks.1.norm1.weight'");
  });

  test('a wrong shape is named with the expected and the found one', () => {
    expect(() => parse(changed((tensors) => tensors.set('blocks.0.attn.qkv.weight', zeros(24, 9))))).toThrow(
      "mini: tensor 'blocks.0.attn.qkv.weight' should have the shape [24, 8] and has [24, 9]",
    );
    expect(() => parse(changed((tensors) => tensors.set('patch_embed.proj.weight', zeros(8, 1, 2, 2))))).toThrow(
      'should have the shape [C, 3, p, p] and has [8, 1, 2, 2]',
    );
  });

  test('NaN, infinity and integers in a tensor name it', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const bad = fromFloat32(new Float32Array(8).fill(value, 7), [8]);
      expect(() => parse(changed((tensors) => tensors.set('blocks.1.norm2.bias', bad)))).toThrow(
        "tensor 'blocks.1.norm2.bias' holds numbers that are not finite",
      );
    }
    const whole = { dtype: 'I32', shape: [8], bytes: new Uint8Array(32) } as const;
    expect(() => parse(changed((tensors) => tensors.set('norm.bias', whole)))).toThrow(
      "tensor 'norm.bias' holds I32 numbers",
    );
  });

  test('tensors lost, renamed or of other shapes give a DuetError, never anything else', () => {
    const names = [...miniTimm({ classes: 2 }).keys(), ...asHuggingFace(miniTimm(), 'new').keys()];
    const change = fc.record({
      name: fc.constantFrom(...names),
      to: fc.constantFrom(...names, ''),
      shape: fc.array(fc.nat(5), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, timm) => {
        const tensors = timm ? miniTimm({ classes: 2 }) : asHuggingFace(miniTimm(), 'new');
        for (const { name, to, shape } of changes) {
          tensors.delete(name);
          if (to !== '') tensors.set(to, zeros(...shape));
        }
        try {
          parse(tensors);
        } catch (error) {
          expect(error).toBeInstanceOf(DuetError);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a file without a ViT says what it holds instead', () => {
    expect(() => parse(new Map([['conv1.weight', zeros(1)]]))).toThrow(
      "holds no ViT in timm's or Hugging Face ViTModel's naming (its first tensor: 'conv1.weight')",
    );
    expect(() => parse(new Map())).toThrow('its first tensor: none');
  });
});

describe('real files', () => {
  test('the embedded ViT-Micro is read from float16', () => {
    const { config, weights } = parseBackbone({ name: 'micro', ...readSafetensors(readFileSync(microFile)) });
    expect(config).toEqual({
      name: 'micro',
      imageSize: 224,
      inputSize: [224, 224],
      patchSize: 16,
      width: 192,
      depth: 6,
      heads: 3,
      mlpWidth: 768,
      layerNormEpsilon: 1e-6,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
    expect([...weights.values()].reduce((sum, { data }) => sum + data.length, 0)).toBeCloseTo(3.05e6, -4);
    for (const { shape, data } of weights.values())
      expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
  });

  test.skipIf(!hasShared)('ViT-Tiny with its head, and the mini Hugging Face model with its config', () => {
    const tiny = readSafetensors(readFileSync(new URL('models/vit_tiny_patch16_224/model.safetensors', shared)));
    const { config, weights } = parseBackbone({ name: 'tiny', ...tiny });
    expect(config).toMatchObject({ width: 192, depth: 12, heads: 3, mean: [0.5, 0.5, 0.5] });
    expect(weights.get('head.weight')?.shape).toEqual([1000, 192]);
    const folder = new URL('golden/hf-vit-mini/', shared);
    const mini = readSafetensors(readFileSync(new URL('model.safetensors', folder)));
    const miniConfig = JSON.parse(readFileSync(new URL('config.json', folder), 'utf8'));
    expect(parseBackbone({ name: 'mini', ...mini, config: miniConfig }).config).toMatchObject({
      width: 48,
      depth: 3,
      heads: 3,
      mlpWidth: 96,
      imageSize: 64,
      layerNormEpsilon: 1e-12,
    });
  });

  test.skipIf(!hasShared)('the mini timm model at 96 x 80 has the position table that timm interpolates', () => {
    const { tensors } = readSafetensors(readFileSync(new URL('golden/timm-vit-mini.safetensors', shared)));
    const own = new Map(
      [...tensors].filter(([name]) => name.startsWith('param.')).map(([name, tensor]) => [name.slice(6), tensor]),
    );
    const { weights } = parseBackbone({ name: 'mini', tensors: own }, { heads: 3, imageSize: [96, 80] });
    const expected = toFloat32(tensors.get('output.pos_embed_6x5')!);
    const found = weights.get('pos_embed')!;
    expect(found.shape).toEqual([1, 31, 48]);
    expect(found.data.every((value, index) => Math.abs(value - expected[index]!) < 1e-6)).toBe(true);
  });
});
