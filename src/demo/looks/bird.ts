import { shade } from '../draw/colour.ts';
import { arc, ellipse, flat, linear, type Point, radial, type Shape, stroke, turned } from '../draw/shape.ts';
import { dark, type Style, white, wood } from './look.ts';

/** A bird on a log. `open`: how far its beak is open, 0 to 1; its head goes up with it. */
export function drawBird({ colour, accent, light }: Style, open: number): Shape[] {
  const belly = shade(accent, 0.3);
  const beak = (angle: number): Shape[] =>
    turned(
      [
        {
          outline: [
            [0.33, -0.755],
            [0.53, -0.7],
            [0.33, -0.69],
          ],
          paint: linear([0.33, 0], [0.53, 0], [250, 176, 40], [214, 110, 20]),
        },
      ],
      [0.33, -0.72],
      angle,
    );
  const head: Shape[] = [
    ...beak(0.5 * open),
    ...beak(-0.5 * open),
    {
      outline: ellipse([0.2, -0.74], 0.185),
      paint: radial([0.2 + 0.06 * light, -0.82], 0.27, shade(colour, 0.35), shade(colour, -0.25)),
    },
    { outline: ellipse([0.26, -0.78], 0.05), paint: flat(white) },
    { outline: ellipse([0.275, -0.78], 0.03), paint: flat(dark) },
  ];
  const body: Shape[] = [
    {
      outline: [
        [-0.22, -0.5],
        [-0.56, -0.3],
        [-0.52, -0.2],
        [-0.18, -0.32],
      ],
      paint: linear([-0.2, 0], [-0.56, 0], shade(colour, -0.2), shade(colour, -0.55)),
    },
    {
      outline: ellipse([0, -0.45], 0.34, 0.25),
      paint: linear([0, -0.7], [0, -0.2], shade(colour, 0.25), shade(colour, -0.3)),
    },
    { outline: ellipse([0.1, -0.37], 0.21, 0.15), paint: radial([0.1, -0.4], 0.24, belly, shade(belly, -0.15)) },
    {
      outline: [...arc([-0.06, -0.48], 0.25, 0.15, 0.04, 0.5), [-0.33, -0.55]],
      paint: linear([0, -0.6], [0, -0.3], shade(colour, -0.1), shade(colour, -0.6)),
    },
  ];
  const leg = (x: number): Shape => ({
    outline: stroke(
      [
        [x, -0.26],
        [x + 0.02, -0.09],
      ],
      0.03,
    ),
    paint: flat([196, 120, 50]),
  });
  return [
    {
      outline: stroke(
        [
          [-0.4, -0.055],
          [0.4, -0.055],
        ],
        0.11,
      ),
      paint: linear([0, -0.11], [0, 0], shade(wood, 0.15), shade(wood, -0.5)),
    },
    ...[-0.42, -0.33, 0.35, 0.43].map((x, index) => drawLeaf(x, index)),
    leg(-0.05),
    leg(0.08),
    ...turned(body, [0, -0.3], -0.2),
    ...turned(head, [0.1, -0.6], -0.28 * open),
  ];
}

/** A leaf that grows from the log, leaning outwards. */
function drawLeaf(x: number, index: number): Shape {
  const foot: Point = [x, -0.09];
  const leaf: Shape = {
    outline: ellipse([x, -0.22], 0.055, 0.14),
    paint: linear([x - 0.05, 0], [x + 0.05, 0], [126, 190, 74], [44, 104, 46]),
  };
  return turned([leaf], foot, Math.sign(x) * (index % 2 ? 0.25 : 0.8))[0]!;
}
