import { expect, test } from 'vitest';
import { interpret } from '../../graph/interpret.ts';
import { elementCount, input } from '../../graph/tensor.ts';
import { firstValues, parameterInputs, weightsFrom } from '../../model/parameters.ts';
import { drawn, plain } from './mini-ma-avt.test-data.ts';
import { trainableParameters } from './parameters.ts';
import { coherentOptions, settledStems, stemsAlone } from './settings.ts';
import { stemFeatures, stemParameters, stemWidth } from './stems.ts';

const beside = { ...plain, heads: 'agreement', stems: 'beside' } as const;

test('what the stems learn alone is part of the model that has them beside its backbone', () => {
  const whole = trainableParameters(beside);
  const alone = [...trainableParameters(stemsAlone(beside))];
  expect(alone.length).toBeGreaterThan(0);
  for (const [name, specification] of alone) expect(whole.get(name)).toEqual(specification);
});

test('a stem sees about 28 places of a picture’s side, and 37 frequencies by 28 times, at any input size', () => {
  for (const size of [112, 224]) {
    const vit = { ...plain.vit, patchSize: 16, inputSize: [size, size] as const };
    expect(stemWidth({ ...beside, vit }, 'visual')).toBe(7 * 7 * 64);
    expect(stemWidth({ ...beside, vit, frequencyAxis: 'columns' }, 'audio')).toBe(7 * 9 * 64);
  }
});

test('a stem hears no difference in noise that stays the same', () => {
  for (const frequencyAxis of ['rows', 'columns'] as const) {
    const vit = { ...plain.vit, inputSize: [16, 12] as const };
    const config = { ...beside, vit, modalities: 'audio', frequencyAxis } as const;
    const specifications = new Map(stemParameters(config));
    const parameters = parameterInputs(specifications);
    const shape = [1, 1, ...vit.inputSize] as const;
    const spectrograms = input('spectrograms', shape);
    const { audio } = stemFeatures({ spectrograms }, weightsFrom(parameters), config);
    const values = [...firstValues(specifications, new Map(), 0)].map(
      ([name, data]) => [parameters.get(name)!, data] as const,
    );
    const heard = (sound: Float32Array) => interpret([audio!], new Map([...values, [spectrograms, sound]]))[0]!;
    const sound = drawn('sound', shape);
    const [, width] = vit.inputSize;
    const band = (index: number) => (frequencyAxis === 'rows' ? Math.floor(index / width) : index % width);
    const noisy = sound.map((value, index) => value + 3 * band(index));
    const late = Float32Array.from({ length: elementCount(shape) }, (_, index) => sound.at(index - 5)!);
    const [still, steady, moved] = [heard(sound), heard(noisy), heard(late)];
    for (const [index, value] of still.entries()) expect(steady[index]).toBeCloseTo(value, 4);
    expect(moved.some((value, index) => Math.abs(value - still[index]!) > 0.01)).toBe(true);
  }
});

test('stems are taken where there are clips enough, and not by the paper’s heads', () => {
  const auto = { ...beside, stems: 'auto' } as const;
  expect(settledStems(auto, 999).stems).toBe('none');
  expect(settledStems(auto, 1000).stems).toBe('beside');
  expect(settledStems({ ...beside, stems: 'alone' }, 10).stems).toBe('alone');
  expect(coherentOptions({ ...auto, heads: 'paper' }).stems).toBe('none');
});
