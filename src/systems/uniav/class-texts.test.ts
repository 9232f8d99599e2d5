import { expect, test } from 'vitest';
import { interpret } from '../../graph/interpret.ts';
import { elementCount, type Tensor } from '../../graph/tensor.ts';
import { firstValues, parameterConstants, weightsFrom } from '../../model/parameters.ts';
import { clipInputs } from '../../model/passage.ts';
import { createRandom } from '../../random.ts';
import { classText, sharesOfClasses, withOtherClasses } from './class-texts.ts';
import { eventsModel } from './events-model.ts';
import { practicalNetwork } from './practical.ts';

const steps = 4;
const texts = [
  [1, 0, 0],
  [0, 1, 0],
] as const;

const config = (classes: number) => ({
  ...practicalNetwork({ visualWidth: 2, audioWidth: 2, textWidth: 3, classes, senses: ['heard'] }),
  ...{
    width: 4,
    headWidth: 4,
    heads: 2,
    selfBlocks: 1,
    ranges: [
      [0, 4],
      [4, 10_000],
    ] as const,
  },
});

/** Answers of an untrained localiser about a clip of noise, asked for these classes. */
function answers(vectors: readonly (readonly number[])[]) {
  const trained = config(texts.length);
  const values = new Map([
    ...firstValues(eventsModel(trained, steps).parameters, new Map(), 5),
    ['text.heard', Float32Array.from(texts.flat())],
  ]);
  const asked = config(vectors.length);
  const model = eventsModel(asked, steps);
  const asVectors = vectors.map((vector) => Float32Array.from(vector));
  const parameters = vectors === texts ? values : withOtherClasses(values, 'heard', asVectors, trained);
  const frozen = (name: string): never => {
    throw new Error(`no weight ${name}`);
  };
  const inputs = clipInputs(model.inputs, 1);
  const outputs = model.answers(inputs, frozen, weightsFrom(parameterConstants(model.parameters, parameters)), []);
  const { normal } = createRandom('noise');
  const feeds = new Map<Tensor, Float32Array>(
    Object.entries(inputs).map(([name, tensor]) => [
      tensor,
      Float32Array.from({ length: elementCount(tensor.shape) }, () => (name === 'mask' ? 1 : normal())),
    ]),
  );
  const [logits, offsets] = interpret([outputs['heard.logits']!, outputs['heard.offsets']!], feeds);
  return { logits: [...logits!], offsets: [...offsets!] };
}

test('asked for the classes that it was trained on, in another order, the localiser says the same of them', () => {
  const [usual, swapped] = [answers(texts), answers([texts[1], texts[0]])];
  const points = usual.logits.length / 2;
  for (let point = 0; point < points; point++)
    for (const [label, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      expect(swapped.logits[2 * point + label]).toBeCloseTo(usual.logits[2 * point + other]!, 6);
      for (const end of [0, 1])
        expect(swapped.offsets[2 * (2 * point + label) + end]).toBeCloseTo(
          usual.offsets[2 * (2 * point + other) + end]!,
          6,
        );
    }
});

test('a new class takes its distances from the trained ones that it is like', () => {
  const trained = texts.map((vector) => Float32Array.from(vector));
  const [near, between] = sharesOfClasses([Float32Array.of(0.99, 0.14, 0), Float32Array.of(0.6, 0.6, 0.53)], trained);
  expect(near![0]).toBeGreaterThan(0.999);
  expect(between![0]).toBeCloseTo(0.5, 12);
  const { offsets } = answers([[0, 0, 1]]);
  expect(offsets.every(Number.isFinite)).toBe(true);
  expect(offsets.length).toBe(2 * 6);
});

test('a name like one of the classes is found as surely, and one like none hardly', () => {
  const values = new Map([
    ['text.heard', Float32Array.from(texts.flat())],
    ['threshold.heard', Float32Array.of(0.2, 0.4)],
    ['reg_head.offset_head.heard.conv.weight', Float32Array.of(1, 2, 3, 4)],
    ['reg_head.offset_head.heard.conv.bias', Float32Array.of(1, 2, 3, 4)],
  ]);
  const asked = [Float32Array.of(0.1, 0.9, 0.42), Float32Array.of(0.1, 0, 0.995)];
  const parameters = withOtherClasses(values, 'heard', asked, config(2));
  const [like, unlike] = [...parameters.get('threshold.heard')!];
  expect(like).toBeCloseTo(0.4, 4);
  expect(unlike).toBeGreaterThan(0.95);
  expect([...parameters.get('text.heard')!.subarray(0, 3)]).toEqual([expect.closeTo(0, 4), expect.closeTo(1, 4), 0]);
  const [toStart, toEnd] = [...parameters.get('reg_head.offset_head.heard.conv.bias')!];
  expect(toStart).toBeCloseTo(3, 4);
  expect(toEnd).toBeCloseTo(4, 4);
});

test('texts are the published sentences, or bare names', () => {
  expect(classText('dog', 'AVEL', 'sentence')).toBe('An audio visual event of dog.');
  expect(classText('dog', 'TAL', 'name')).toBe('dog');
});
