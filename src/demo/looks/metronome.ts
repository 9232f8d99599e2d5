import { shade } from '../draw/colour.ts';
import { flat, linear, type Shape, stroke, turned } from '../draw/shape.ts';
import { dark, type Style, steel, white } from './look.ts';

/** A metronome. `swing`: where its rod is, -1 (left) to 1. */
export function drawMetronome({ colour, accent, light, detail }: Style, swing: number): Shape[] {
  const weight = -0.42 - 0.22 * detail;
  const rod: Shape[] = [
    {
      outline: stroke(
        [
          [0, -0.12],
          [0, -0.95],
        ],
        0.028,
      ),
      paint: linear([-0.014, 0], [0.014, 0], shade(steel, 0.5), shade(steel, -0.3)),
    },
    {
      outline: [
        [-0.09, weight - 0.06],
        [0.09, weight - 0.06],
        [0.06, weight + 0.06],
        [-0.06, weight + 0.06],
      ],
      paint: linear([-0.09, 0], [0.09, 0], shade(accent, 0.35), shade(accent, -0.35)),
    },
  ];
  const scale = Array.from({ length: 6 }, (_, step) => {
    const y = -0.3 - 0.085 * step;
    return {
      outline: stroke(
        [
          [-0.05, y],
          [0.05, y],
        ],
        0.014,
      ),
      paint: flat(dark),
    };
  });
  return [
    {
      outline: [
        [-0.37, -0.08],
        [-0.17, -0.88],
        [0.17, -0.88],
        [0.37, -0.08],
      ],
      paint: linear([0.35 * light, 0], [-0.35 * light, 0], shade(colour, 0.3), shade(colour, -0.4)),
    },
    {
      outline: [
        [-0.17, -0.88],
        [-0.11, -0.94],
        [0.11, -0.94],
        [0.17, -0.88],
      ],
      paint: flat(shade(colour, -0.45)),
    },
    {
      outline: [
        [-0.23, -0.16],
        [-0.1, -0.8],
        [0.1, -0.8],
        [0.23, -0.16],
      ],
      paint: linear([0, -0.8], [0, -0.16], white, [214, 200, 172]),
    },
    ...scale,
    {
      outline: [
        [-0.41, -0.09],
        [0.41, -0.09],
        [0.43, 0],
        [-0.43, 0],
      ],
      paint: linear([0, -0.09], [0, 0], shade(colour, 0.1), shade(colour, -0.55)),
    },
    ...turned(rod, [0, -0.12], 0.55 * swing),
  ];
}
