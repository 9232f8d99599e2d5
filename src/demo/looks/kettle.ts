import { shade } from '../draw/colour.ts';
import { arc, ellipse, flat, linear, moved, type Point, radial, type Shape, stroke } from '../draw/shape.ts';
import { dark, type Style, steel, white } from './look.ts';

/**
 * A kettle on its stove. `steam`: how much leaves the spout, 0 to 1; `drift`: how far the puffs have risen, in turns.
 */
export function drawKettle(style: Style, steam: number, drift: number): Shape[] {
  // The kettle itself is drawn on the floor, then lifted onto the stove.
  const lifted = ([x, y]: Point): Point => [0.88 * x, 0.76 * y - 0.25];
  return [...drawStove(), ...moved([...drawBody(style), ...puffs(steam, drift)], lifted)];
}

function drawStove(): Shape[] {
  const flames = [-0.24, -0.12, 0, 0.12, 0.24].map((x): Shape => {
    const outline: Point[] = [
      [x - 0.05, -0.17],
      [x, -0.27],
      [x + 0.05, -0.17],
    ];
    return { outline, paint: linear([x, -0.17], [x, -0.26], [90, 160, 255], [255, 190, 70]) };
  });
  const bars = [-0.3, 0, 0.3].map(
    (x): Shape => ({
      outline: stroke(
        [
          [x, -0.25],
          [x, -0.15],
        ],
        0.03,
      ),
      paint: flat(dark),
    }),
  );
  return [
    {
      outline: arcBox(-0.42, -0.17, 0.42, 0),
      paint: linear([0, -0.17], [0, 0], shade(steel, 0.35), shade(steel, -0.55)),
    },
    ...[-0.25, 0, 0.25].map((x): Shape => ({ outline: ellipse([x, -0.08], 0.045), paint: flat(dark) })),
    ...flames,
    ...bars,
    {
      outline: stroke(
        [
          [-0.38, -0.255],
          [0.38, -0.255],
        ],
        0.03,
      ),
      paint: flat(dark),
    },
  ];
}

function arcBox(left: number, top: number, right: number, bottom: number): Point[] {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

function drawBody({ colour, accent, light }: Style): Shape[] {
  const across = linear([0.38 * light, 0], [-0.38 * light, 0], shade(colour, 0.45), shade(colour, -0.5));
  const spout: Point[] = [
    [0.2, -0.2],
    [0.36, -0.34],
    [0.43, -0.55],
    [0.52, -0.62],
  ];
  const shine: Point = [-0.04 + 0.19 * light, -0.33];
  return [
    {
      outline: stroke(arc([-0.04, -0.56], 0.27, 0.4, 0.52, 0.98), 0.06),
      paint: linear([0, -1], [0, -0.5], shade(dark, 0.25), dark),
    },
    {
      outline: stroke(spout, 0.17, 0.07),
      paint: linear([0.2, -0.5], [0.45, -0.3], shade(colour, 0.25), shade(colour, -0.45)),
    },
    {
      outline: [...arc([-0.04, -0.2], 0.38, 0.36, 0.5, 1), [0.34, -0.06], [0.3, 0], [-0.38, 0], [-0.42, -0.06]],
      paint: across,
    },
    {
      outline: arcBox(-0.42, -0.13, 0.34, -0.07),
      paint: linear([0.38 * light, 0], [-0.38 * light, 0], shade(accent, 0.3), shade(accent, -0.4)),
    },
    {
      outline: ellipse([-0.04, -0.54], 0.19, 0.055),
      paint: linear([0, -0.6], [0, -0.48], shade(colour, 0.4), shade(colour, -0.4)),
    },
    {
      outline: ellipse([-0.04, -0.62], 0.05),
      paint: radial([-0.03, -0.64], 0.08, shade(accent, 0.4), shade(accent, -0.5)),
    },
    { outline: ellipse(shine, 0.05, 0.1), paint: radial(shine, 0.1, white, white, [0.55, 0]) },
  ];
}

function puffs(steam: number, drift: number): Shape[] {
  if (steam <= 0) return [];
  return Array.from({ length: 8 }, (_, index) => {
    const risen = (index / 8 + drift) % 1;
    const radius = 0.05 + 0.13 * risen;
    const x = 0.55 + 0.08 * risen + 0.03 * Math.sin(12 * risen + index);
    const y = -0.66 - 0.55 * risen;
    return {
      outline: ellipse([x, y], radius),
      paint: radial([x, y], radius, white, white, [0.9 * steam * (1 - risen), 0]),
    };
  });
}
