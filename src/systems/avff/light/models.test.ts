import { describe, expect, test } from 'vitest';
import { differentiate } from '../../../graph/differentiate.ts';
import { interpret } from '../../../graph/interpret.ts';
import { build, drawn } from '../tiny-network.test-data.ts';
import { lightDetectModel, lightDetectStage } from './detect.ts';
import { lightReconstructModel } from './reconstruct.ts';

const tiny = { folds: 2, moments: 12, penalty: 0.5 };
// The last moment is after the end of every clip.
const seen = [1, 2, 3].flatMap(() => [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]);
const heard = seen.map((value, moment) => (moment % 12 === 11 ? 0 : 1 - value));

describe('stage 1', () => {
  test.each([0, 4])('gradients agree with central differences with %i hidden channels', (hidden) => {
    const { parameters, losses, feeds } = build(lightReconstructModel({ ...tiny, hidden }), {
      seen,
      heard,
      learns: [1, 0, 1, 1, 0, 1],
    });
    const scalar = losses.aims.network!;
    const tensors = [...parameters.values()];
    const gradients = interpret(differentiate(scalar, tensors), feeds);
    const directions = tensors.map(({ shape }, i) => drawn(`direction ${i}`, shape));
    const along = gradients.reduce(
      (total, gradient, i) => total + gradient.reduce((sum, g, k) => sum + g * directions[i]![k]!, 0),
      0,
    );
    const lossAt = (shift: number) => {
      const moved = new Map(feeds);
      for (const [i, tensor] of tensors.entries())
        moved.set(
          tensor,
          Float64Array.from(feeds.get(tensor)!, (value, k) => value + shift * directions[i]![k]!),
        );
      return interpret([scalar], moved)[0]![0]!;
    };
    const difference = (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5;
    expect(Math.abs(along - difference)).toBeLessThan(1e-6 * Math.abs(difference));
  });

  test('a fold that must not see a clip does not learn from it', () => {
    const model = lightReconstructModel({ ...tiny, hidden: 0, penalty: 0 });
    const built = build(model, { seen, heard, learns: [1, 0, 1, 0, 1, 0] });
    const ofFold = (fold: number) => [...built.parameters].filter(([name]) => name.startsWith(`folds.${fold}.`));
    const gradients = interpret(
      differentiate(
        built.losses.aims.network!,
        ofFold(1).map(([, tensor]) => tensor),
      ),
      built.feeds,
    );
    expect(gradients.every((gradient) => gradient.every((value) => value === 0))).toBe(true);
    const own = interpret(
      differentiate(
        built.losses.aims.network!,
        ofFold(0).map(([, tensor]) => tensor),
      ),
      built.feeds,
    );
    expect(own.every((gradient) => gradient.some((value) => value !== 0))).toBe(true);
  });

  test('what is hidden is predicted from the other side, not from itself', () => {
    const model = lightReconstructModel({ ...tiny, hidden: 0 });
    const built = build(model, { seen, heard, learns: [1, 1, 1, 1, 1, 1] });
    const errors = () => interpret([built.answers.a2v_errors!], built.feeds)[0]!;
    const before = errors();
    // Motion that is seen, or after the end, is no part of A2V: neither its input nor its target.
    const motion = Float64Array.from(built.feeds.get(built.inputs.motion!)!);
    built.feeds.set(
      built.inputs.motion!,
      motion.map((value, place) => (heard[Math.floor(place / 49)] === 0 ? value + 1 : value)),
    );
    expect(errors()).toEqual(before);
  });
});

describe('stage 2', () => {
  const settings = { folds: 2, hidden: 0, canonical: 0, moments: 30 };
  const present = [0, 1, 2].flatMap((clip) => Array.from({ length: 30 }, (_, i) => Number(i < 30 - 3 * clip)));

  const none = present.map(() => 0);

  test('only the regression on two numbers is trained', () => {
    const stage = lightDetectStage(settings);
    expect([...stage.model.parameters.keys()].filter(stage.trains)).toEqual(['judge.weight', 'judge.bias']);
  });

  test('the curves are those of the folds that judge', () => {
    const model = lightDetectModel(settings);
    const curves = (judges: readonly number[]) => {
      const built = build(model, { present, judges, stills: none, label: [1, 0, 1], counted: [1, 1, 1] });
      return interpret([built.answers.v2a_curve!], built.feeds)[0]!;
    };
    const [first, second, both] = [
      [1, 0],
      [0, 1],
      [0.5, 0.5],
    ].map((judges) => curves([...judges, ...judges, ...judges]));
    for (const [i, value] of both!.entries()) expect(value).toBeCloseTo((first![i]! + second![i]!) / 2, 10);
    expect(first).not.toEqual(second);
  });

  test.each([0, 6])('a stretch is judged as the whole of a clip that consists of it, %i features', (canonical) => {
    const T = 75;
    const model = lightDetectModel({ ...settings, canonical, moments: T });
    const given = (moments: number) => ({
      present: Array.from({ length: 3 * T }, (_, i) => Number(i % T < moments)),
      judges: [1, 0, 0, 1, 0.5, 0.5],
      stills: Array.from({ length: 3 * T }, (_, i) => Number((i % T) % 5 === 0)),
      ...{ label: [1, 0, 1], counted: [1, 1, 1] },
    });
    const [whole, part] = [build(model, given(T)), build(model, given(T - 1))];
    const sides = canonical > 0 ? { strongest: 7, sound: 8 } : { motion: 49, sound: 8 };
    for (const [name, width] of Object.entries(sides)) {
      const series = Float64Array.from(whole.feeds.get(whole.inputs[name]!)!, (value, i) =>
        Math.floor(i / width) % T < T - 1 ? value : 0,
      );
      for (const built of [whole, part]) built.feeds.set(built.inputs[name]!, series);
    }
    for (const [name, tensor] of part.parameters) part.feeds.set(tensor, whole.feeds.get(whole.parameters.get(name)!)!);
    const [stretches] = interpret([whole.answers.stretches!], whole.feeds);
    const [logit] = interpret([part.answers.logit!], part.feeds);
    expect(whole.answers.stretches!.shape).toEqual([3, 1]);
    for (const clip of [0, 1, 2]) expect(stretches![clip]).toBeCloseTo(logit![clip]!, 8);
  });

  test('gradients of the regression agree with central differences', () => {
    const given = {
      present,
      judges: [1, 0, 0, 1, 0.5, 0.5],
      stills: none.map((_, moment) => Number(moment % 7 === 0)),
      label: [1, 0, 1],
      counted: [1, 1, 1],
    };
    const { parameters, losses, feeds } = build(lightDetectModel(settings), given);
    const weight = parameters.get('judge.weight')!;
    const point = Float64Array.from(feeds.get(weight)!);
    const [gradient] = interpret(differentiate(losses.aims.network!, [weight]), feeds);
    const lossAt = (place: number, shift: number) =>
      interpret([losses.aims.network!], new Map(feeds).set(weight, point.with(place, point[place]! + shift)))[0]![0]!;
    for (const place of [0, 1]) {
      const difference = (lossAt(place, 1e-5) - lossAt(place, -1e-5)) / 2e-5;
      expect(gradient![place]).toBeCloseTo(difference, 8);
    }
  });
});
