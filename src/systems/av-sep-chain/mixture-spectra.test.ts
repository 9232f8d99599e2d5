import { expect, test } from 'vitest';
import { interpret } from '../../graph/interpret.ts';
import { input } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import { spectra } from './fourier-frames.ts';
import { mixtureSpectra } from './mixture-spectra.ts';

test('the spectra of a mixture and its target are those of the graph', () => {
  const { normal } = createRandom('mixture spectra test');
  const drawn = () => Float32Array.from({ length: 48 }, normal);
  const [mixture, target] = [drawn(), drawn()];
  const { energies, products, energy } = mixtureSpectra({ mixture, target }, 16);
  const x = input('x', [2, 48], 'float64');
  const [both] = interpret([spectra(x, 16)], new Map([[x, [...mixture, ...target]]]));
  const part = (clip: number, frame: number, bin: number) => both![(clip * 7 + frame) * 18 + bin]!;
  let total = 0;
  for (let frame = 0; frame < 7; frame++)
    for (let bin = 0; bin < 9; bin++) {
      const [[a, b], [c, d]] = [0, 1].map((clip) => [part(clip, frame, bin), part(clip, frame, bin + 9)]) as [
        [number, number],
        [number, number],
      ];
      expect(energies[frame * 9 + bin]).toBeCloseTo(a * a + b * b, 4);
      expect(products[frame * 9 + bin]).toBeCloseTo(a * c + b * d, 4);
      total += c * c + d * d;
    }
  expect(energy[0]).toBeCloseTo(total, 3);
});
