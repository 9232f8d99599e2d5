import { shade } from '../draw/colour.ts';
import { arc, ellipse, flat, type Point, radial, type Shape } from '../draw/shape.ts';
import { dark, type Style, white } from './look.ts';

export const ballRadius = 0.36;

/** A ball of coloured panels. `turn`: how far it has rolled to the right, in turns. */
export function drawBall({ colour, accent, light, detail }: Style, turn: number): Shape[] {
  const centre: Point = [0, -ballRadius];
  const panels = Array.from({ length: 6 }, (_, index): Shape => {
    const start = turn + detail + index / 6;
    return {
      outline: [centre, ...arc(centre, ballRadius, ballRadius, start, start + 1 / 6)],
      paint: flat(index % 2 ? colour : index % 4 ? accent : white),
    };
  });
  return [
    { outline: ellipse(centre, ballRadius), paint: flat(colour) },
    ...panels,
    { outline: ellipse(centre, 0.07), paint: flat(shade(accent, -0.2)) },
    {
      outline: ellipse(centre, ballRadius),
      paint: radial([0.13 * light, -ballRadius - 0.15], 0.62, dark, dark, [0, 0.75]),
    },
    {
      outline: ellipse([0.13 * light, -ballRadius - 0.15], 0.14),
      paint: radial([0.13 * light, -ballRadius - 0.15], 0.14, white, white, [0.75, 0]),
    },
  ];
}
