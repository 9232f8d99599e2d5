import { expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import { elementCount, input, type Tensor } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import { createOptimiserState, defaultOptimiser, optimiserStep } from '../../train/optimiser.ts';
import { alignModel, alignStage, defaultAlignSettings } from './align.ts';

const sizes = { picture: 5, sound: 4, text: 6, width: 3 };
const model = alignModel(sizes, defaultAlignSettings);
type Values = Record<string, number[]>;

function clip(name: string, has: { sound?: number; caption?: number } = {}): Values {
  const random = createRandom('align', name);
  const normals = (length: number) => Array.from({ length }, () => random.normal());
  return {
    picture: normals(sizes.picture),
    sound: normals(sizes.sound),
    caption: normals(sizes.text),
    pseudo: normals(sizes.text),
    has_picture: [1],
    has_sound: [has.sound ?? 1],
    has_caption: [has.caption ?? 1],
    counted: [1],
  };
}

function joined(clips: readonly Values[]): Values {
  return Object.fromEntries(Object.keys(clips[0]!).map((key) => [key, clips.flatMap((values) => values[key]!)]));
}

function build(clips: readonly Values[]) {
  const named = (shapes: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, [clips.length, ...shape])]));
  const parameters = new Map([...model.parameters].map(([name, { shape }]) => [name, input(name, shape)]));
  const trained = (name: string) => parameters.get(name)!;
  const [inputs, targets] = [named(model.inputs), named(model.targets)];
  const { aims, logged } = model.losses(model.encode(inputs, trained, trained), targets, trained);
  const values = joined(clips);
  const feeds = new Map<Tensor, ArrayLike<number>>([
    ...Object.entries({ ...inputs, ...targets }).map(([name, tensor]) => [tensor, values[name]!] as const),
    ...[...parameters].map(([name, tensor]) => [tensor, [...firstValues(name)]] as const),
  ]);
  return { parameters, aim: aims.network!, logged, feeds, answers: model.answers(inputs, trained, trained, []) };
}

function firstValues(name: string): Float32Array {
  const random = createRandom('align parameter', name);
  const scale = name === 'logit_scale' ? 0 : 0.7;
  return Float32Array.from({ length: elementCount(model.parameters.get(name)!.shape) }, () => scale * random.normal());
}

function losses(clips: readonly Values[]): Record<string, number> {
  const { logged, feeds } = build(clips);
  const found = interpret(Object.values(logged), feeds);
  return Object.fromEntries(Object.keys(logged).map((name, i) => [name, found[i]![0]!]));
}

test('the loss of a pair of texts that have nothing in common is that of telling two clips apart', () => {
  const [a, b] = [clip('a'), clip('b')];
  // Opposite texts: nothing of one in the other's share but softmax(10, -10).
  const texts = { pseudo: [1, 0, 0, 0, 0, 0] };
  const pair = [
    { ...a, ...texts },
    { ...b, pseudo: texts.pseudo.map((value) => -value) },
  ];
  const { answers, feeds } = build(pair.map((values) => ({ ...values, caption: values.pseudo })));
  const [picture, text] = interpret([answers.picture_vector!, answers.text_vector!], feeds) as [
    Float64Array,
    Float64Array,
  ];
  const product = (i: number, j: number) => {
    let total = 0;
    for (let k = 0; k < 3; k++) total += picture[3 * i + k]! * text[3 * j + k]!;
    return total; // the scale is exp(0)
  };
  const telling = (own: number, other: number) => Math.log(1 + Math.exp(other - own));
  const expected =
    [
      telling(product(0, 0), product(0, 1)),
      telling(product(1, 1), product(1, 0)),
      telling(product(0, 0), product(1, 0)),
      telling(product(1, 1), product(0, 1)),
    ].reduce((total, value) => total + value) / 4;
  expect(losses(pair).picture_pseudo).toBeCloseTo(expected, 7);
});

test('clips without sound or captions, and those that only fill the batch, change no loss that they take no part in', () => {
  const three = [clip('a'), clip('b'), clip('c')];
  const all = losses(three);
  const padded = losses([...three, { ...clip('d'), counted: [0] }]);
  const silent = losses([...three, clip('d', { sound: 0 })]);
  const wordless = losses([...three, clip('d', { caption: 0 })]);
  for (const [name, loss] of Object.entries(all)) {
    expect(padded[name], name).toBeCloseTo(loss, 9);
    if (name.startsWith('sound')) expect(silent[name], name).toBeCloseTo(loss, 9);
    else expect(silent[name], name).not.toBeCloseTo(loss, 3);
    if (name.endsWith('caption')) expect(wordless[name], name).toBeCloseTo(loss, 9);
    else expect(wordless[name], name).not.toBeCloseTo(loss, 3);
  }
});

test('a batch without any caption is worth nothing there, and its gradients are finite', () => {
  const { aim, parameters, feeds, logged } = build([clip('a', { caption: 0 }), clip('b', { caption: 0 })]);
  expect(interpret([logged.picture_caption!], feeds)[0]![0]).toBe(0);
  for (const gradient of interpret(differentiate(aim, [...parameters.values()]), feeds))
    expect(gradient.every(Number.isFinite)).toBe(true);
});

test('after some steps each clip is found by its own words', () => {
  const clips = ['a', 'b', 'c', 'd'].map((name) => ({ ...clip(name), caption: clip(name).pseudo! }));
  const { aim, parameters, feeds, answers } = build(clips);
  const values = new Map([...parameters.keys()].map((name) => [name, firstValues(name)]));
  const gradients = differentiate(aim, [...parameters.values()]);
  const state = createOptimiserState(values);
  const fed = () =>
    new Map([...feeds, ...[...parameters].map(([name, tensor]) => [tensor, values.get(name)!] as const)]);
  for (let step = 0; step < 150; step++) {
    const found = interpret(gradients, fed());
    const named = [...parameters.keys()].map((name, i) => [name, Float32Array.from(found[i]!)] as const);
    optimiserStep(values, new Map(named), state, 0.05, defaultOptimiser);
  }
  const [picture, sound, text] = interpret(
    [answers.picture_vector!, answers.sound_vector!, answers.text_vector!],
    fed(),
  );
  for (const features of [picture!, sound!])
    for (let query = 0; query < 4; query++) {
      const scores = [0, 1, 2, 3].map((item) =>
        [0, 1, 2].reduce((total, k) => total + text![3 * query + k]! * features[3 * item + k]!, 0),
      );
      expect(scores.indexOf(Math.max(...scores))).toBe(query);
    }
});

test('nothing that is trained acts before the features', () => {
  expect(alignStage(sizes, defaultAlignSettings)).toMatchObject({ name: 'align', on: 'kept features' });
  const counts = alignModel({ picture: 384, sound: 384, text: 384, width: 128 }, defaultAlignSettings).parameters;
  expect([...counts.values()].reduce((total, { shape }) => total + elementCount(shape), 0)).toBe(147_841);
});
