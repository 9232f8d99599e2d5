import { describe, expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { interpret } from '../../graph/interpret.ts';
import { elementCount, input, type Shape, type Tensor } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import type { ClipRows } from './clip-rows.ts';
import type { NetworkConfig, TaskConfig } from './config.ts';
import { eventsModel, isGiven } from './events-model.ts';
import { rowStatistics } from './row-statistics.ts';
import { eventsRow } from './training-row.ts';

const task: Omit<TaskConfig, 'kind'> = {
  ...{ classes: 2, classAware: true, maxLength: 8, labelSmoothing: 0, regressionWeight: 1, normaliser: 1 },
};
const config: NetworkConfig = {
  ...{ visualWidth: 3, audioWidth: 2, width: 4, heads: 2, selfBlocks: 1, headWidth: 4, textWidth: 3, dropPath: 0.1 },
  firstDistance: 0,
  ranges: [
    [0, 4],
    [4, 10_000],
  ],
  tasks: { actions: { kind: 'TAL', ...task }, sounds: { kind: 'SED', ...task } },
};
const steps = 8;
const drawn = (name: string, shape: Shape) => {
  const { normal } = createRandom('events model', name);
  return Float32Array.from({ length: elementCount(shape) }, () => normal() * 0.5);
};
const clip = (length: number, events: ClipRows['events']): ClipRows => ({
  ...{ steps: length, events },
  visual: drawn('visual', [length, 3]),
  audio: drawn('audio', [length, 2]),
});
const seen = { TAL: [{ start: 1.5, end: 4.5, label: 1 }], SED: [{ start: 0.5, end: 6.5, label: 0 }] };

/** The model's losses and answers of some clips, with the values of everything they depend on. */
function build(clips: readonly ClipRows[]) {
  const model = eventsModel(config, steps);
  const named = (shapes: Readonly<Record<string, Shape>>) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, [clips.length, ...shape])]));
  const parameters = new Map([...model.parameters].map(([name, { shape }]) => [name, input(name, shape)]));
  const trained = (name: string) => parameters.get(name)!;
  const frozen = (name: string): never => {
    throw new Error(`no weight ${name}`);
  };
  const [inputs, targets] = [named(model.inputs), named(model.targets)];
  const rows = clips.map((one) => eventsRow(one, config, steps, createRandom('row')));
  const joined = (name: string) => rows.flatMap((row) => [...(row[name] as Float32Array)]);
  const feeds = new Map<Tensor, ArrayLike<number>>([
    ...Object.entries({ ...inputs, ...targets }).map(([name, tensor]) => [tensor, joined(name)] as const),
    ...[...parameters].map(([name, tensor]) => [tensor, drawn(name, tensor.shape)] as const),
  ]);
  const encoded = model.encode(inputs, frozen, trained);
  const { aims, logged } = model.losses(encoded, targets, trained);
  return {
    parameters,
    encoded,
    total: aims.total!,
    logged,
    answers: model.answers(inputs, frozen, trained, []),
    feeds,
    inputs,
  };
}

describe('the model of all tasks', () => {
  test('has gradients that agree with central differences', () => {
    const { parameters, total, feeds } = build([clip(7, seen), clip(5, { TAL: [] })]);
    const names = [...parameters.keys()].filter((name) => !isGiven(name));
    const gradients = interpret(
      differentiate(
        total,
        names.map((name) => parameters.get(name)!),
      ),
      feeds,
    );
    // A random direction through all parameters at once.
    const direction = new Map(names.map((name) => [name, drawn(`direction ${name}`, parameters.get(name)!.shape)]));
    const lossAt = (step: number) => {
      const moved = new Map(feeds);
      for (const name of names) {
        const tensor = parameters.get(name)!;
        moved.set(
          tensor,
          Float64Array.from(feeds.get(tensor)!, (value, i) => value + step * direction.get(name)![i]!),
        );
      }
      return interpret([total], moved)[0]![0]!;
    };
    const step = 1e-6;
    const difference = (lossAt(step) - lossAt(-step)) / (2 * step);
    const predicted = names.reduce(
      (sum, name, index) =>
        sum + gradients[index]!.reduce((part, value, i) => part + value * direction.get(name)![i]!, 0),
      0,
    );
    expect(Math.abs(predicted - difference)).toBeLessThan(1e-5 * (1 + Math.abs(difference)));
  });

  test('learns nothing about a task from a clip that is not annotated for it', () => {
    const loss = (other: ClipRows['events'], name: string) => {
      const { logged, feeds } = build([clip(7, seen), clip(5, other)]);
      return interpret([logged[name]!], feeds)[0]![0]!;
    };
    const alone = build([clip(7, seen)]);
    expect(loss({ TAL: [] }, 'sounds')).toBeCloseTo(interpret([alone.logged.sounds!], alone.feeds)[0]![0]!, 9);
    expect(loss({ TAL: [], SED: [] }, 'sounds')).toBeGreaterThan(loss({ TAL: [] }, 'sounds'));
  });

  test('answers the same whatever is behind a clip’s end', () => {
    const { answers, feeds, inputs } = build([clip(5, seen)]);
    const behind = new Map(feeds);
    for (const [name, width] of [
      ['visual', 3],
      ['audio', 2],
    ] as const)
      behind.set(
        inputs[name]!,
        Float64Array.from(feeds.get(inputs[name]!)!, (v, i) => (i < 5 * width ? v : 9)),
      );
    expect(interpret(Object.values(answers), behind)).toEqual(interpret(Object.values(answers), feeds));
  });
});

test('a clip without sound answers as with the sound’s mean, whatever its rows hold', () => {
  const deaf = { ...clip(5, seen), audio: new Float32Array(0) };
  const { answers, feeds, inputs, parameters } = build([deaf]);
  expect(Array.from(feeds.get(inputs.present!)!)).toEqual([1, 0]);
  const mean = feeds.get(parameters.get('rows.audio.mean')!)!;
  const mute = new Map(feeds).set(inputs.present!, [1, 1]).set(
    inputs.audio!,
    Float64Array.from({ length: 2 * steps }, (_, i) => mean[i % 2]!),
  );
  const [ours, theirs] = [feeds, mute].map((values) => interpret(Object.values(answers), values).map((x) => [...x]));
  for (const [i, value] of ours!.flat().entries()) expect(value).toBeCloseTo(theirs!.flat()[i]!, 10);
});

test('rows are standardised to mean zero and deviation one over all clips, constant features only moved', async () => {
  const clips = [clip(7, {}), clip(30, {})].map((one) => ({ ...one, audio: one.audio.map((v, i) => (i % 2 ? v : 5)) }));
  const statistics = await rowStatistics(clips);
  const values = (feature: number, width: number, rows: 'visual' | 'audio') => {
    const [mean, factor] = [statistics.get(`rows.${rows}.mean`)!, statistics.get(`rows.${rows}.factor`)!];
    return clips.flatMap((one) =>
      [...one[rows]].filter((_, i) => i % width === feature).map((v) => (v - mean[feature]!) * factor[feature]!),
    );
  };
  const standard = values(1, 3, 'visual');
  expect(standard.reduce((sum, value) => sum + value, 0) / 37).toBeCloseTo(0, 5);
  expect(standard.reduce((sum, value) => sum + value * value, 0) / 37).toBeCloseTo(1, 5);
  expect(values(0, 2, 'audio').every((value) => value === 0)).toBe(true);
});
