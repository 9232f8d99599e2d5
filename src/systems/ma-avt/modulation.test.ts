import { expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import { heads as headsOf } from './heads.ts';
import { build, drawn, plain } from './mini-ma-avt.test-data.ts';
import { modalityScores, modulatedGradients, modulationFactors } from './modulation.ts';

function factors(visual: number, audio: number): number[] {
  const scalar = (value: number) => constant(Float64Array.of(value), []);
  const result = modulationFactors({ visual: scalar(visual), audio: scalar(audio) });
  return interpret([result.visual, result.audio], new Map()).map(([value]) => value!);
}

test('only the modality that is ahead is slowed, by 1 - tanh(0.1 ratio)', () => {
  expect(factors(6, 2)).toEqual([1 - Math.tanh(0.1 * 3), 1].map((value) => expect.closeTo(value, 7)));
  expect(factors(2, 9)).toEqual([1, 1 - Math.tanh(0.1 * 4.5)].map((value) => expect.closeTo(value, 7)));
  expect(factors(4, 4)).toEqual([1, 1]);
  // A batch of background pairs alone has no score.
  expect(factors(0, 0)).toEqual([1, 1]);
});

test('a score is the sum of the true classes’ probabilities, whatever the smoothing, and background pairs have none', () => {
  const { encoded, parameters } = build(plain);
  const logits = (...shares: number[]) => constant(Float32Array.from(shares, Math.log), [3, 2]);
  const own = { visual: logits(0.9, 0.1, 0.6, 0.4, 0.5, 0.5), audio: logits(0.2, 0.8, 0.3, 0.7, 0.5, 0.5) };
  const targets = constant(Float32Array.of(0.95, 0.05, 0.05, 0.95, 0, 0), [3, 2]);
  const { visual, audio } = modalityScores(own, encoded, targets, (name) => parameters.get(name)!, plain);
  expect(interpret([visual, audio], new Map()).map(([value]) => value)).toEqual([
    expect.closeTo(1.3, 6),
    expect.closeTo(0.9, 6),
  ]);
});

test('the joint head’s halves, each with half of the bias, add up to its logits', () => {
  const config = { ...plain, background: false };
  const { encoded, parameters, feeds, label } = build(config);
  const trainable = (name: string) => parameters.get(name)!;
  // With two equal modalities the score of each is that of half the joint logits.
  const equal = { ...encoded, 'audio.cls': encoded['visual.cls']! };
  const weight = drawn('half', [2, 8]);
  const both = Float32Array.from({ length: 32 }, (_, i) => weight[Math.floor(i / 16) * 8 + (i % 8)]!);
  const values = new Map<Tensor, ArrayLike<number>>(feeds).set(trainable('class_head.weight'), both);
  const scores = modalityScores(undefined, equal, label, trainable, config);
  const [visual, audio, cls] = interpret([scores.visual, scores.audio, encoded['visual.cls']!], values) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const bias = feeds.get(trainable('class_head.bias'))!;
  const logit = (clip: number, name: number) =>
    bias[name]! / 2 +
    weight.slice(name * 8, name * 8 + 8).reduce((sum, value, i) => sum + value * cls[clip * 8 + i]!, 0);
  const expected = [0, 1].reduce((sum, clip) => sum + 1 / (1 + Math.exp(logit(clip, 1 - clip) - logit(clip, clip))), 0);
  expect([visual[0], audio[0]]).toEqual([expect.closeTo(expected, 10), expect.closeTo(expected, 10)]);
});

test.each(['paper', 'agreement'] as const)(
  'with %s heads each modality’s share of a gradient is scaled, and the heads’ own is not',
  (heads) => {
    const config = { ...plain, heads };
    const { encoded, parameters, losses, label, feeds } = build(config);
    const names = [...parameters.keys()];
    const trainable = (name: string) => parameters.get(name)!;
    const { ownLogits } = headsOf(encoded, trainable, config, undefined);
    const scores = modalityScores(ownLogits, encoded, label, trainable, config);
    const { visual, audio } = modulationFactors(scores);
    const { gradients, noise: deviations } = modulatedGradients(
      losses.total,
      ownLogits,
      encoded,
      label,
      parameters,
      config,
    );
    const values = interpret(
      [visual, audio, ...differentiate(losses.total, [...parameters.values()]), ...gradients],
      feeds,
    );
    const [[ofPicture], [ofSound]] = values as [Float64Array, Float64Array];
    expect(Math.min(ofPicture!, ofSound!)).toBeLessThan(1);
    const scales = names.map((name, index) => {
      const [plainly, modulated] = [values[2 + index]!, values[2 + names.length + index]!];
      const along =
        plainly.reduce((sum, value, i) => sum + value * modulated[i]!, 0) /
        plainly.reduce((sum, value) => sum + value * value, 0);
      const isParallel = plainly.every((value, i) => Math.abs(modulated[i]! - along * value) < 1e-9);
      return [name, isParallel ? along : 'mixed'] as const;
    });
    for (const [name, scale] of scales) {
      if (name.endsWith('qkv.bias')) continue;
      if (/^(visual|audio)_(tokens|attention)/.test(name))
        expect(scale, name).toBeCloseTo(name.startsWith('visual') ? ofPicture! : ofSound!, 6);
      else if (/^(cls_token|background_token|shared)/.test(name)) expect(scale, name).toBe('mixed');
      else expect(scale, name).toBeCloseTo(1, 9);
    }
    const [deviation, gradient] = interpret(
      [deviations.get('cls_token')!, differentiate(losses.total, [trainable('cls_token')])[0]!],
      feeds,
    );
    const mean = gradient!.reduce((sum, value) => sum + value, 0) / gradient!.length;
    const variance = gradient!.reduce((sum, value) => sum + (value - mean) ** 2, 0) / gradient!.length;
    expect(deviation![0]).toBeCloseTo(Math.sqrt(variance), 10);
    expect([...deviations.keys()].some((name) => /head|projection|relation|norm/.test(name))).toBe(false);
  },
);
