import { describe, expect, it } from 'vitest';
import { createCanvas, draw } from './canvas.ts';
import { ellipse, flat, linear, type Point, stroke } from './shape.ts';

const white = [255, 255, 255] as const;

/** Painted area in pixels, and its centre, of a white shape on black. */
function painted(outline: readonly Point[]) {
  const canvas = createCanvas(40, 30);
  draw(canvas, [{ outline, paint: flat(white) }]);
  let [area, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < 30; y++) {
    for (let x = 0; x < 40; x++) {
      const part = canvas.data[3 * (y * 40 + x)]! / 255;
      area += part;
      sumX += part * (x + 0.5);
      sumY += part * (y + 0.5);
    }
  }
  return { area, x: sumX / area, y: sumY / area };
}

describe('the rasteriser', () => {
  it('covers pixels by exactly the part inside the outline', () => {
    const { area, x, y } = painted([
      [3.25, 4.5],
      [17.75, 4.5],
      [17.75, 11.125],
      [3.25, 11.125],
    ]);
    expect(area).toBeCloseTo(14.5 * 6.625, 3);
    expect(x).toBeCloseTo(10.5, 3);
    expect(y).toBeCloseTo(7.8125, 1);
  });

  it('gives slanted outlines their area, whichever way round they go', () => {
    const triangle: Point[] = [
      [5.3, 2.1],
      [30.7, 9.4],
      [11.2, 26.8],
    ];
    const area = Math.abs((30.7 - 5.3) * (26.8 - 2.1) - (11.2 - 5.3) * (9.4 - 2.1)) / 2;
    expect(painted(triangle).area).toBeCloseTo(area, 2);
    expect(painted(triangle.toReversed()).area).toBeCloseTo(area, 2);
  });

  it('gives a circle its area and centre', () => {
    const { area, x, y } = painted(ellipse([19.3, 14.6], 9));
    expect(area / (Math.PI * 81)).toBeCloseTo(1, 2);
    expect(x).toBeCloseTo(19.3, 1);
    expect(y).toBeCloseTo(14.6, 1);
  });

  it('gives a stroke its width, and round ends', () => {
    const { area } = painted(
      stroke(
        [
          [10, 10],
          [25, 18],
        ],
        4,
      ),
    );
    const expected = 4 * 17 + Math.PI * 4;
    expect(area / expected).toBeGreaterThan(0.97);
    expect(area / expected).toBeLessThan(1.01);
  });

  it('clips what reaches over the edges', () => {
    expect(painted(ellipse([0, 15], 8)).area / (Math.PI * 32)).toBeCloseTo(1, 1);
    expect(painted(ellipse([40, 30], 8)).area / (Math.PI * 16)).toBeCloseTo(1, 1);
  });

  it('runs a gradient from its first stop to its second', () => {
    const canvas = createCanvas(20, 2);
    const outline: Point[] = [
      [0, 0],
      [20, 0],
      [20, 2],
      [0, 2],
    ];
    draw(canvas, [{ outline, paint: linear([5, 0], [15, 0], [0, 100, 200], [200, 100, 0]) }]);
    expect([...canvas.data.slice(0, 3)]).toEqual([0, 100, 200]);
    expect([...canvas.data.slice(57, 60)]).toEqual([200, 100, 0]);
    expect(canvas.data[30]).toBeCloseTo(110, 3);
  });
});
