import { shade } from '../draw/colour.ts';
import { ellipse, flat, linear, moved, type Point, type Shape, stroke, turned } from '../draw/shape.ts';
import { type Style, white } from './look.ts';

const water = [110, 175, 225] as const;
const glassTop = -0.46;

/**
 * A jug and a glass. `tilt`: 0 standing, 1 pouring; `level`: how full the glass is, 0 to 1; `flow`: the stream's width,
 * 0 to 1.
 */
export function drawJug(style: Style, tilt: number, level: number, flow: number): Shape[] {
  const surface = -0.03 - 0.38 * level;
  const stream: Shape[] =
    flow > 0
      ? [
          {
            outline: stroke(
              [
                [-0.235, -0.7],
                [-0.258, -0.665],
                [-0.27, -0.6],
                [-0.27, surface],
              ],
              0.07 * flow,
              0.045 * flow,
            ),
            paint: linear([-0.3, 0], [-0.2, 0], white, water, [0.9, 0.9]),
          },
        ]
      : [];
  const poured = moved(
    turned(drawStandingJug(style), [0.3, -0.3], -1.05 * tilt),
    ([x, y]): Point => [x - 0.17 * tilt, y - 0.45 * tilt],
  );
  return [...drawGlass(surface, level), ...stream, ...poured];
}

function drawStandingJug({ colour, accent, light }: Style): Shape[] {
  const across = linear([0.3 + 0.2 * light, 0], [0.3 - 0.2 * light, 0], shade(colour, 0.4), shade(colour, -0.45));
  return [
    {
      outline: stroke(
        [
          [0.4, -0.5],
          [0.57, -0.46],
          [0.57, -0.2],
          [0.42, -0.13],
        ],
        0.05,
      ),
      paint: flat(shade(colour, -0.45)),
    },
    {
      outline: [
        [0.12, -0.04],
        [0.14, -0.3],
        [0.17, -0.46],
        [0.06, -0.6],
        [0.44, -0.6],
        [0.41, -0.46],
        [0.46, -0.28],
        [0.46, -0.04],
        [0.42, 0],
        [0.16, 0],
      ],
      paint: across,
    },
    {
      outline: ellipse([0.26, -0.6], 0.19, 0.035),
      paint: linear([0, -0.63], [0, -0.57], shade(colour, -0.6), shade(colour, 0.2)),
    },
    {
      outline: [
        [0.13, -0.26],
        [0.46, -0.26],
        [0.46, -0.17],
        [0.125, -0.17],
      ],
      paint: linear([0.3 + 0.2 * light, 0], [0.3 - 0.2 * light, 0], shade(accent, 0.3), shade(accent, -0.4)),
    },
  ];
}

function drawGlass(surface: number, level: number): Shape[] {
  const half = (y: number) => 0.13 + 0.06 * (y / glassTop);
  const filled: Shape[] =
    level > 0
      ? [
          {
            outline: [
              [-0.27 - half(surface), surface],
              [-0.27 + half(surface), surface],
              [-0.27 + half(0), -0.02],
              [-0.27 - half(0), -0.02],
            ],
            paint: flat(water, 0.85),
          },
          { outline: ellipse([-0.27, surface], half(surface), 0.03), paint: flat(shade(water, 0.45), 0.9) },
        ]
      : [];
  const side = (sign: number) => ({
    outline: stroke(
      [
        [-0.27 + sign * half(glassTop), glassTop],
        [-0.27 + sign * half(0), 0],
      ],
      0.022,
    ),
    paint: flat(white, 0.85),
  });
  return [
    {
      outline: [
        [-0.27 - half(glassTop), glassTop],
        [-0.27 + half(glassTop), glassTop],
        [-0.27 + half(0), 0],
        [-0.27 - half(0), 0],
      ],
      paint: flat(white, 0.28),
    },
    ...filled,
    side(-1),
    side(1),
    {
      outline: stroke(
        [
          [-0.4, -0.01],
          [-0.14, -0.01],
        ],
        0.03,
      ),
      paint: flat(white, 0.85),
    },
    {
      outline: stroke(
        [
          [-0.27 - half(glassTop), glassTop],
          [-0.27 + half(glassTop), glassTop],
        ],
        0.016,
      ),
      paint: flat(white, 0.7),
    },
  ];
}
