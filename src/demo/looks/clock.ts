import { shade } from '../draw/colour.ts';
import { arc, ellipse, flat, linear, type Point, radial, type Shape, stroke, turned } from '../draw/shape.ts';
import { dark, type Style, white } from './look.ts';

/** A mantel clock. `swing`: where its pendulum is, -1 (left) to 1. */
export function drawClock({ colour, accent, light, detail }: Style, swing: number): Shape[] {
  const face: Point = [0, -0.7];
  const marks = Array.from({ length: 12 }, (_, hour) =>
    turned(
      [
        {
          outline: stroke(
            [
              [0, -0.89],
              [0, -0.85],
            ],
            hour % 3 ? 0.015 : 0.03,
          ),
          paint: flat(dark),
        },
      ],
      face,
      (hour * Math.PI) / 6,
    ),
  ).flat();
  const hand = (turns: number, length: number, width: number) =>
    turned(
      [
        {
          outline: stroke(
            [
              [0, -0.67],
              [0, -0.7 - length],
            ],
            width,
            width / 2,
          ),
          paint: flat(dark),
        },
      ],
      face,
      2 * Math.PI * turns,
    );
  const pendulum: Shape[] = [
    {
      outline: stroke(
        [
          [0, -0.42],
          [0, -0.15],
        ],
        0.022,
      ),
      paint: flat([205, 170, 90]),
    },
    {
      outline: ellipse([0, -0.14], 0.062),
      paint: radial([0.02 * light, -0.16], 0.09, [255, 236, 170], [176, 130, 40]),
    },
  ];
  const wall = linear([0.3 * light, 0], [-0.3 * light, 0], shade(colour, 0.25), shade(colour, -0.35));
  return [
    { outline: [...arc([0, -0.68], 0.31, 0.32, 0.5, 1), [0.31, 0], [-0.31, 0]], paint: wall },
    {
      outline: [
        [-0.36, -0.07],
        [0.36, -0.07],
        [0.38, 0],
        [-0.38, 0],
      ],
      paint: linear([0, -0.07], [0, 0], shade(colour, 0.1), shade(colour, -0.5)),
    },
    {
      outline: [
        [-0.21, -0.4],
        [0.21, -0.4],
        [0.21, -0.07],
        [-0.21, -0.07],
      ],
      paint: linear([0, -0.4], [0, -0.07], shade(dark, -0.2), shade(dark, 0.2)),
    },
    ...turned(pendulum, [0, -0.42], -0.5 * swing),
    { outline: ellipse(face, 0.25), paint: flat(shade(accent, -0.25)) },
    { outline: ellipse(face, 0.215), paint: radial([0.05 * light, -0.75], 0.3, white, [226, 216, 196]) },
    ...marks,
    ...hand(detail, 0.1, 0.035),
    ...hand((detail * 12) % 1, 0.155, 0.024),
    { outline: ellipse(face, 0.02), paint: flat(dark) },
  ];
}
