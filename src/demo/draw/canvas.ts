// A small anti-aliased rasteriser: exact coverage of each pixel by a filled outline.
import { boundsOf, type Paint, type Point, type Shape } from './shape.ts';

/** Height x width x 3 numbers, nominally 0 to 255. */
export type Canvas = { readonly width: number; readonly height: number; readonly data: Float32Array };

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, data: new Float32Array(width * height * 3) };
}

/** Draws the shapes in their order; coordinates are pixels, y downwards. */
export function draw(canvas: Canvas, shapes: readonly Shape[]): void {
  for (const shape of shapes) drawShape(canvas, shape);
}

function drawShape(canvas: Canvas, shape: Shape): void {
  const bounds = boundsOf([shape]);
  const left = Math.max(0, Math.floor(bounds.left));
  const top = Math.max(0, Math.floor(bounds.top));
  const right = Math.min(canvas.width, Math.ceil(bounds.right));
  const bottom = Math.min(canvas.height, Math.ceil(bounds.bottom));
  if (right <= left || bottom <= top) return;
  const width = right - left;
  const coverage = coverageOf(shape.outline, left, top, width, bottom - top);
  const mix = mixOf(shape.paint);
  const [first, second] = shape.paint.colours;
  const [firstOpacity, secondOpacity] = shape.paint.opacities;
  for (let y = top; y < bottom; y++) {
    let covered = 0;
    for (let x = left; x < right; x++) {
      covered += coverage[(y - top) * (width + 2) + x - left]!;
      const part = Math.min(1, Math.abs(covered));
      if (part < 1 / 512) continue;
      const along = mix(x + 0.5, y + 0.5);
      const opacity = part * (firstOpacity + (secondOpacity - firstOpacity) * along);
      const at = 3 * (y * canvas.width + x);
      for (let channel = 0; channel < 3; channel++) {
        const colour = first[channel]! + (second[channel]! - first[channel]!) * along;
        canvas.data[at + channel]! += (colour - canvas.data[at + channel]!) * opacity;
      }
    }
  }
}

/**
 * Differences of signed coverage along each row (two more cells than the width): their running sum is the part of a
 * pixel inside the outline. Each edge adds its height within a row, split between the cells by the trapezoid it cuts
 * off.
 */
function coverageOf(outline: readonly Point[], left: number, top: number, width: number, height: number): Float32Array {
  const cells = new Float32Array((width + 2) * height);
  for (let index = 0; index < outline.length; index++) {
    const [fromX, fromY] = outline[index]!;
    const [toX, toY] = outline[(index + 1) % outline.length]!;
    if (fromY === toY) continue;
    const direction = fromY < toY ? 1 : -1;
    const [upperX, upperY, lowerX, lowerY] = direction > 0 ? [fromX, fromY, toX, toY] : [toX, toY, fromX, fromY];
    const slope = (lowerX - upperX) / (lowerY - upperY);
    const firstRow = Math.max(0, Math.floor(upperY - top));
    const lastRow = Math.min(height - 1, Math.ceil(lowerY - top) - 1);
    for (let row = firstRow; row <= lastRow; row++) {
      const start = Math.max(upperY, top + row);
      const end = Math.min(lowerY, top + row + 1);
      if (end <= start) continue;
      addEdge(
        cells,
        row * (width + 2),
        width,
        upperX + (start - upperY) * slope - left,
        upperX + (end - upperY) * slope - left,
        direction * (end - start),
      );
    }
  }
  return cells;
}

/** One edge within one row, from x to x, of signed height. */
function addEdge(cells: Float32Array, row: number, width: number, fromX: number, toX: number, height: number): void {
  const low = Math.max(0, Math.min(width, Math.min(fromX, toX)));
  const high = Math.max(0, Math.min(width, Math.max(fromX, toX)));
  const firstCell = Math.floor(low);
  const lastCell = Math.max(firstCell, Math.ceil(high) - 1);
  const span = high - low;
  // Of the edge's height, the part that lies left of x: linear between low and high; integrate it over each cell.
  let before = 0;
  let previous = 0;
  for (let cell = firstCell; cell <= lastCell; cell++) {
    const end = Math.min(high, cell + 1);
    const portionEnd = span > 0 ? (end - low) / span : 1;
    const portionStart = before;
    const start = Math.max(low, cell);
    // Area of the cell to the right of the edge.
    const area = portionStart * (cell + 1 - start) + (portionEnd - portionStart) * (cell + 1 - (start + end) / 2);
    cells[row + cell]! += height * (area - previous);
    previous = area;
    before = portionEnd;
  }
  cells[row + lastCell + 1]! += height * (1 - previous);
}

function mixOf({ kind, from, to, colours, opacities }: Paint): (x: number, y: number) => number {
  if (colours[0] === colours[1] && opacities[0] === opacities[1]) return () => 0;
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const square = dx * dx + dy * dy || 1;
  const clip = (value: number) => Math.max(0, Math.min(1, value));
  if (kind === 'linear') return (x, y) => clip(((x - from[0]) * dx + (y - from[1]) * dy) / square);
  const radius = Math.sqrt(square);
  return (x, y) => clip(Math.hypot(x - from[0], y - from[1]) / radius);
}
