// Filled outlines: what the looks are made of.

export type Point = readonly [x: number, y: number];

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/**
 * A colour that runs from the first stop to the second, along a line or out from a centre; flat where both are the
 * same.
 */
export type Paint = {
  readonly kind: 'linear' | 'radial';
  /** The line's first end, or the centre. */
  readonly from: Point;
  /** The line's other end, or any point of the circle where the second stop is reached. */
  readonly to: Point;
  readonly colours: readonly [Colour, Colour];
  /** 0 (clear) to 1 (opaque) at the two stops. */
  readonly opacities: readonly [number, number];
};

/** A closed outline, filled. */
export type Shape = { readonly outline: readonly Point[]; readonly paint: Paint };

export function flat(colour: Colour, opacity = 1): Paint {
  return { kind: 'linear', from: [0, 0], to: [1, 0], colours: [colour, colour], opacities: [opacity, opacity] };
}

export function linear(
  from: Point,
  to: Point,
  first: Colour,
  second: Colour,
  opacities: readonly [number, number] = [1, 1],
): Paint {
  return { kind: 'linear', from, to, colours: [first, second], opacities };
}

export function radial(
  centre: Point,
  radius: number,
  first: Colour,
  second: Colour,
  opacities: readonly [number, number] = [1, 1],
): Paint {
  return { kind: 'radial', from: centre, to: [centre[0] + radius, centre[1]], colours: [first, second], opacities };
}

/** A piece of an ellipse; angles in turns, clockwise from the right. */
export function arc([x, y]: Point, radiusX: number, radiusY: number, start: number, end: number): Point[] {
  const steps = Math.max(6, Math.ceil(44 * Math.abs(end - start)));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = 2 * Math.PI * (start + ((end - start) * step) / steps);
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)] as const;
  });
}

export function ellipse(centre: Point, radiusX: number, radiusY = radiusX): Point[] {
  return arc(centre, radiusX, radiusY, 0, 1);
}

/** A stroke along points, `width` wide (tapering to `endWidth`), with round ends. */
export function stroke(points: readonly Point[], width: number, endWidth = width): Point[] {
  const left: Point[] = [];
  const right: Point[] = [];
  points.forEach(([x, y], index) => {
    const before = points[Math.max(0, index - 1)]!;
    const after = points[Math.min(points.length - 1, index + 1)]!;
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
    const half = (width + ((endWidth - width) * index) / (points.length - 1)) / 2;
    const normal: Point = [(-(after[1] - before[1]) / length) * half, ((after[0] - before[0]) / length) * half];
    left.push([x + normal[0], y + normal[1]]);
    right.push([x - normal[0], y - normal[1]]);
  });
  return [...left, ...cap(left.at(-1)!, right.at(-1)!), ...right.reverse(), ...cap(right.at(-1)!, left[0]!)];
}

/** The half circle over the chord from one point to the other, bulging to the chord's right as seen on the screen. */
function cap(from: Point, to: Point): Point[] {
  const centre: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const [dx, dy] = [from[0] - centre[0], from[1] - centre[1]];
  return [0.25, 0.5, 0.75].map((part) => {
    const angle = -Math.PI * part;
    return [
      centre[0] + dx * Math.cos(angle) - dy * Math.sin(angle),
      centre[1] + dx * Math.sin(angle) + dy * Math.cos(angle),
    ] as const;
  });
}

/** Every point of the shapes, and of their paints, moved. */
export function moved(shapes: readonly Shape[], move: (point: Point) => Point): Shape[] {
  return shapes.map(({ outline, paint }) => ({
    outline: outline.map(move),
    paint: { ...paint, from: move(paint.from), to: move(paint.to) },
  }));
}

/** Turned clockwise about a point, by an angle in radians. */
export function turned(shapes: readonly Shape[], [x, y]: Point, angle: number): Shape[] {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  return moved(shapes, (point) => {
    const dx = point[0] - x;
    const dy = point[1] - y;
    return [x + dx * cosine - dy * sine, y + dx * sine + dy * cosine];
  });
}

export type Bounds = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

export function boundsOf(shapes: readonly Shape[]): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { outline } of shapes) {
    for (const [x, y] of outline) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return { left, top, right, bottom };
}
