import { shade } from '../draw/colour.ts';
import { arc, ellipse, flat, linear, radial, type Shape, stroke, turned } from '../draw/shape.ts';
import { dark, type Style, wood } from './look.ts';

/** A bowl and its mallet. `lift`: 0 where the mallet touches the rim, 1 fully raised. */
export function drawBowl({ colour, accent, light }: Style, lift: number): Shape[] {
  const lit = shade(colour, 0.35);
  const shadow = shade(colour, -0.45);
  const across = linear([0.42 * light, 0], [-0.42 * light, 0], lit, shadow);
  const mallet: Shape[] = [
    {
      outline: stroke(
        [
          [0.46, -0.98],
          [0.27, -0.66],
        ],
        0.05,
      ),
      paint: linear([0.3, -0.8], [0.36, -0.76], shade(wood, 0.2), shade(wood, -0.3)),
    },
    {
      outline: ellipse([0.26, -0.63], 0.085),
      paint: radial([0.24, -0.66], 0.13, shade(accent, 0.45), shade(accent, -0.35)),
    },
  ];
  return [
    {
      outline: [
        [-0.17, -0.1],
        [0.17, -0.1],
        [0.2, 0],
        [-0.2, 0],
      ],
      paint: linear([0.2 * light, 0], [-0.2 * light, 0], shade(colour, 0.05), shade(colour, -0.6)),
    },
    { outline: arc([0, -0.52], 0.43, 0.48, 0, 0.5), paint: across },
    {
      outline: [...arc([0, -0.52], 0.43, 0.2, 0, 0.5), ...arc([0, -0.52], 0.42, 0.13, 0.5, 0)],
      paint: linear([0.4 * light, 0], [-0.4 * light, 0], shade(accent, 0.3), shade(accent, -0.4)),
    },
    { outline: ellipse([0, -0.52], 0.43, 0.095), paint: flat(lit) },
    { outline: ellipse([0, -0.51], 0.38, 0.07), paint: linear([0, -0.58], [0, -0.44], shade(dark, 0.05), shadow) },
    ...turned(mallet, [0.52, -0.95], 0.62 * lift),
  ];
}
