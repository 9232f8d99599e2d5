import { expect, test } from 'vitest';
import { plain } from './mini-ma-avt.test-data.ts';
import { trainableParameters } from './parameters.ts';
import { coherentOptions, settledStems, stemsAlone } from './settings.ts';
import { stemWidth } from './stems.ts';

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

test('stems are taken where there are clips enough, and not by the paper’s heads', () => {
  const auto = { ...beside, stems: 'auto' } as const;
  expect(settledStems(auto, 999).stems).toBe('none');
  expect(settledStems(auto, 1000).stems).toBe('beside');
  expect(settledStems({ ...beside, stems: 'alone' }, 10).stems).toBe('alone');
  expect(coherentOptions({ ...auto, heads: 'paper' }).stems).toBe('none');
});
