// What must hold for every choice of settings, on a network of a few numbers, in double precision.
import { describe, expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import { elementCount, input, type Tensor } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import { drawPairs, drawVisible } from './masking.ts';
import { vlsaModel } from './model.ts';
import { patchedSides, patchGrid, type VlsaNetwork } from './network.ts';
import { defaultSettings, type VlsaSettings } from './settings.ts';

const network: VlsaNetwork = {
  video: { frames: 2, imageSize: 4, patch: 2 },
  audio: { size: [4, 6], patch: 2 },
  text: { length: 4, vocabulary: 9, wordWidth: 4 },
  width: 8,
  depth: 1,
  heads: 2,
  layerNormEpsilon: 1e-6,
  decoder: { width: 8, depth: 1, heads: 2 },
  maskedShare: { video: 0.5, audio: 0.5 },
};

const choices: Record<string, Partial<VlsaSettings>> = {
  default: {},
  'joint pass, sums': { pass: 'joint', globalInputs: 'masked', matching: 'concatenation', reduction: 'sum' },
  'masked alone, normalised targets': { globalInputs: 'masked', normalisedTargets: true },
  'pairs encoded together, learnt temperature': { matching: 'cross', learnTemperature: true },
};

type Values = Record<string, number[]>;

/** Inputs of clips, each drawn by its name, so that a clip is the same in any batch. */
function clipsOf(names: readonly string[]): Values {
  const clip = (name: string): Values => {
    const random = createRandom('clip', name);
    const normals = (length: number) => Array.from({ length }, () => random.normal());
    const words = [1, 4 + random.integer(5), 4 + random.integer(5), 2];
    return {
      ...Object.fromEntries(
        patchedSides.flatMap((side) => {
          const { frames, patches, values, visible } = patchGrid(side, network);
          const seen = Array.from({ length: frames }, () => drawVisible(patches, visible, random)).flat();
          return [
            [side, normals(frames * patches * values)],
            [`visible_${side}`, seen],
          ];
        }),
      ),
      words,
      masked_words: words.with(1, 3),
      shown_words: [1, 1, 1, 1],
      hidden_words: [0, 1, 0, 0],
    };
  };
  const clips = names.map(clip);
  return Object.fromEntries(Object.keys(clips[0]!).map((key) => [key, clips.flatMap((values) => values[key]!)]));
}

function build(settings: VlsaSettings, clips: number) {
  const model = vlsaModel(network, settings);
  const named = (shapes: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, [clips, ...shape])]));
  const parameters = new Map([...model.parameters].map(([name, { shape }]) => [name, input(name, shape)]));
  const trained = (name: string) => parameters.get(name)!;
  const [inputs, targets] = [named(model.inputs), named(model.targets)];
  const feeds = (values: Values) =>
    new Map<Tensor, ArrayLike<number>>([
      ...Object.entries({ ...inputs, ...targets }).flatMap(([name, tensor]) =>
        values[name] ? [[tensor, values[name]] as const] : [],
      ),
      ...[...parameters].map(([name, tensor]) => {
        const random = createRandom('parameter', name);
        const value = () => (name === 'logit_scale' ? Math.log(1 / 0.07) : 0.5 * random.normal());
        return [tensor, Array.from({ length: elementCount(tensor.shape) }, value)] as const;
      }),
    ]);
  return { model, parameters, trained, inputs, targets, feeds };
}

function lossOf(settings: VlsaSettings, values: Values, clips: number): number {
  const { model, trained, inputs, targets, feeds } = build(settings, clips);
  const { aims } = model.losses(model.encode(inputs, trained, trained), targets, trained);
  return interpret([aims.network!], feeds(values))[0]![0]!;
}

const pairs = drawPairs(3, createRandom('pairs'));
const targets = { counted: [1, 1, 1], video_pairs: pairs, text_pairs: pairs };

describe.each(Object.entries(choices))('%s', (_, choice) => {
  const settings = { ...defaultSettings, ...choice };
  const values = { ...clipsOf(['a', 'b', 'c']), ...targets };

  test('every parameter learns, and its gradient is that of central differences', () => {
    const { model, parameters, trained, inputs, targets: wanted, feeds } = build(settings, 3);
    const { aims } = model.losses(model.encode(inputs, trained, trained), wanted, trained);
    const fed = feeds(values);
    const gradients = interpret(differentiate(aims.network!, [...parameters.values()]), fed);
    for (const [i, [name, tensor]] of [...parameters].entries()) {
      const gradient = gradients[i]!;
      const steepest = gradient.reduce(
        (best, slope, at) => (Math.abs(slope) > Math.abs(gradient[best]!) ? at : best),
        0,
      );
      expect(Math.abs(gradient[steepest]!), name).toBeGreaterThan(1e-6);
      if (!/mask_token|logit|frame|match|embed|encoder.norm/.test(name)) continue;
      const point = Float64Array.from(fed.get(tensor)!);
      const at = (shift: number) =>
        interpret([aims.network!], new Map(fed).set(tensor, point.with(steepest, point[steepest]! + shift)))[0]![0]!;
      const difference = (at(1e-5) - at(-1e-5)) / 2e-5;
      expect(Math.abs(gradient[steepest]! - difference), name).toBeLessThan(1e-5 * (1 + Math.abs(difference)));
    }
  });

  test('clips that only fill the batch change nothing', () => {
    const padded = { ...clipsOf(['a', 'b', 'c', 'd']), ...targets, counted: [1, 1, 1, 0] };
    const none = [3, 3, 1, 3, 0, 0];
    const filled = { ...padded, video_pairs: [...pairs, ...none], text_pairs: [...pairs, ...none] };
    expect(lossOf(settings, filled, 4)).toBeCloseTo(lossOf(settings, values, 3), 9);
  });

  test('a clip is encoded the same in every batch', () => {
    const encode = (names: readonly string[]) => {
      const { model, trained, inputs, feeds } = build(settings, names.length);
      const encoded = Object.entries(model.encode(inputs, trained, trained));
      const found = interpret(
        encoded.map(([, tensor]) => tensor),
        feeds(clipsOf(names)),
      );
      return Object.fromEntries(encoded.map(([name], i) => [name, found[i]!]));
    };
    const [three, one] = [encode(['a', 'b', 'c']), encode(['b'])];
    for (const [name, value] of Object.entries(one))
      for (const [i, number] of value.entries()) expect(three[name]![value.length + i], name).toBeCloseTo(number, 9);
  });
});

test('what stands in padded words changes nothing', () => {
  const clip = clipsOf(['a']);
  const { model, trained, inputs, feeds } = build(defaultSettings, 1);
  const answer = (last: number, shown: number) => {
    const changed = { ...clip, words: clip.words!.with(3, last), shown_words: [1, 1, 1, shown] };
    return [...interpret([model.answers(inputs, trained, trained, []).text_vector!], feeds(changed))[0]!];
  };
  expect(answer(0, 0)).toEqual(answer(7, 0));
  expect(answer(0, 1)).not.toEqual(answer(7, 1));
});

test('patches that do not fill a picture are refused in one sentence', () => {
  expect(() => patchGrid('video', { ...network, video: { ...network.video, imageSize: 5 } })).toThrow(
    'VLSA: patches of 2 do not fill 5 x 5 of video; choose a multiple.',
  );
});
