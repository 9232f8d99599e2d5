import { shade } from '../draw/colour.ts';
import { arc, ellipse, linear, radial, type Shape, stroke } from '../draw/shape.ts';
import { dark, type Style, white } from './look.ts';

/** A kettle. `steam`: how much leaves the spout, 0 to 1; `drift`: how far the puffs have risen, in turns. */
export function drawKettle({ colour, accent, light }: Style, steam: number, drift: number): Shape[] {
  const across = linear([0.38 * light, 0], [-0.38 * light, 0], shade(colour, 0.45), shade(colour, -0.5));
  return [
    { outline: stroke(arc([-0.04, -0.56], 0.27, 0.4, 0.52, 0.98), 0.06), paint: linear([0, -1], [0, -0.5], shade(dark, 0.25), dark) },
    {
      outline: stroke(
        [
          [0.2, -0.2],
          [0.36, -0.34],
          [0.43, -0.55],
          [0.52, -0.62],
        ],
        0.17,
        0.07,
      ),
      paint: linear([0.2, -0.5], [0.45, -0.3], shade(colour, 0.25), shade(colour, -0.45)),
    },
    { outline: [...arc([-0.04, -0.2], 0.38, 0.36, 0.5, 1), [0.34, -0.06], [0.3, 0], [-0.38, 0], [-0.42, -0.06]], paint: across },
    {
      outline: [
        [-0.42, -0.13],
        [0.34, -0.13],
        [0.34, -0.07],
        [-0.42, -0.07],
      ],
      paint: linear([0.38 * light, 0], [-0.38 * light, 0], shade(accent, 0.3), shade(accent, -0.4)),
    },
    { outline: ellipse([-0.04, -0.54], 0.19, 0.055), paint: linear([0, -0.6], [0, -0.48], shade(colour, 0.4), shade(colour, -0.4)) },
    { outline: ellipse([-0.04, -0.62], 0.05), paint: radial([-0.03, -0.64], 0.08, shade(accent, 0.4), shade(accent, -0.5)) },
    {
      outline: ellipse([-0.04 + 0.19 * light, -0.33], 0.05, 0.1),
      paint: radial([-0.04 + 0.19 * light, -0.33], 0.1, white, white, [0.55, 0]),
    },
    ...puffs(steam, drift),
  ];
}

function puffs(steam: number, drift: number): Shape[] {
  if (steam <= 0) return [];
  return Array.from({ length: 6 }, (_, index) => {
    const risen = (index / 6 + drift) % 1;
    const radius = 0.04 + 0.1 * risen;
    const x = 0.55 + 0.1 * risen + 0.025 * Math.sin(12 * risen + index);
    const y = -0.66 - 0.5 * risen;
    return { outline: ellipse([x, y], radius), paint: radial([x, y], radius, white, white, [0.85 * steam * (1 - risen), 0]) };
  });
}
