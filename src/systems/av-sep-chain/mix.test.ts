import { describe, expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { mixSounds, mixtureLevel, soundingCut, variedCut } from './mix.ts';

const noise = (length: number, name: string, level = 0.1) => {
  const { normal } = createRandom('mix test', name);
  return Float32Array.from({ length }, () => level * normal());
};
const energy = (samples: Float32Array) => samples.reduce((total, value) => total + value * value, 0);
const decibels = (a: Float32Array, b: Float32Array) => 10 * Math.log10(energy(a) / energy(b));

describe('a mixture', () => {
  const [a, b] = [noise(4000, 'a', 0.01), noise(4000, 'b', 0.5)];
  const rest = ({ mixture, target }: ReturnType<typeof mixSounds>) => mixture.map((value, i) => value - target[i]!);

  test.each([-5, 0, 3.5])('has its parts at a ratio of %d dB, at one level', (ratio) => {
    const mixed = mixSounds(a, b, ratio);
    expect(decibels(mixed.target, rest(mixed))).toBeCloseTo(ratio, 3);
    expect(Math.sqrt(energy(mixed.mixture) / 4000)).toBeCloseTo(mixtureLevel, 5);
  });

  test('with a silent target is the interferer, and without an interferer is the target', () => {
    const silent = mixSounds(undefined, b, 3);
    expect(energy(silent.target)).toBe(0);
    expect(Math.sqrt(energy(silent.mixture) / 4000)).toBeCloseTo(mixtureLevel, 5);
    const alone = mixSounds(a, new Float32Array(4000), 3);
    expect(alone.target).toEqual(alone.mixture);
    expect(energy(mixSounds(undefined, new Float32Array(4000), 3).mixture)).toBe(0);
  });
});

test('a cut is taken where the clip sounds', () => {
  const clip = new Float32Array(16_000);
  clip.set(noise(2000, 'burst'), 9000);
  for (let draw = 0; draw < 20; draw++)
    expect(energy(soundingCut(clip, 2000, createRandom('cut', draw)))).toBeGreaterThan(energy(clip) / 101);
});

test('a clip that is shorter than a cut stands whole in silence, at a drawn place', () => {
  const clip = noise(100, 'short');
  const cuts = [0, 1, 2].map((draw) => soundingCut(clip, 1000, createRandom('short cut', draw)));
  const places = cuts.map((cut) => cut.findIndex((value) => value !== 0));
  expect(new Set(places).size).toBe(3);
  for (const [index, cut] of cuts.entries()) {
    expect(cut.subarray(places[index], places[index]! + 100)).toEqual(clip);
    expect(energy(cut)).toBeCloseTo(energy(clip), 12);
  }
});

test('a varied cut has the length asked for, sounds throughout, and is drawn from its generator alone', () => {
  const sound = noise(16_000, 'varied');
  const cuts = [0, 1, 2, 3].map((draw) => variedCut(sound, 16_000, 4000, createRandom('vary', draw)));
  for (const cut of cuts) {
    expect(cut.length).toBe(4000);
    expect(energy(cut.subarray(3800, 3990))).toBeGreaterThan(0.5);
  }
  expect(new Set(cuts.map((samples) => samples[500])).size).toBe(4);
  expect(variedCut(sound, 16_000, 4000, createRandom('vary', 0))).toEqual(cuts[0]);
});

test('a varied tone keeps within a fifth of its pitch', () => {
  const tone = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * 400 * i) / 16_000));
  for (const draw of [0, 1, 2, 3, 4, 5]) {
    const cut = variedCut(tone, 16_000, 8000, createRandom('pitch', draw)).subarray(500, 7500);
    const turns = cut.filter((value, i) => i > 0 && value > 0 && cut[i - 1]! <= 0).length / (7000 / 16_000);
    expect(Math.abs(turns / 400 - 1)).toBeLessThan(0.215);
  }
});
