// The geometry of convolutions: shapes, and which element of the maps meets which weight of a kernel at which place.
// Shapes: maps [N, C, height, width], kernels [M, C, rows, columns], places [N, M, down, across].
import { type Attributes, type Shape, unravel } from './tensor.ts';

export type Convolution = {
  /** Down and across. */
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros above, left, below and right. */
  readonly pads: readonly number[];
};

/** A convolution's attributes. */
export function convolutionOf({ strides, dilations, pads }: Attributes): Convolution {
  return { strides, dilations, pads } as Convolution;
}

/** The shape that maps come to. @throws when channels differ or a kernel does not fit. */
export function placesOf(maps: Shape, kernels: Shape, { strides, dilations, pads }: Convolution): Shape {
  const [count, channels, ...sides] = fourAxes(maps);
  const [outputs, channelsOfKernel, ...reach] = fourAxes(kernels);
  if (channels !== channelsOfKernel) throw new Error(`channels differ: ${channels} and ${channelsOfKernel}`);
  const places = sides.map((side, axis) => {
    const padded = side + pads[axis]! + pads[axis + 2]!;
    return Math.floor((padded - dilations[axis]! * (reach[axis]! - 1) - 1) / strides[axis]!) + 1;
  });
  if (places.some((length) => length < 1)) throw new Error('the kernel is larger than the padded maps');
  return [count, outputs, ...places];
}

/**
 * The shape of the maps that come to such places. @param rest rows and columns at their end that no window reaches.
 * @throws when channels differ.
 */
export function mapsOf(
  places: Shape,
  kernels: Shape,
  { strides, dilations, pads }: Convolution,
  rest: readonly number[],
): Shape {
  const [count, outputs, ...lengths] = fourAxes(places);
  const [outputsOfKernel, channels, ...reach] = fourAxes(kernels);
  if (outputs !== outputsOfKernel) throw new Error(`channels differ: ${outputs} and ${outputsOfKernel}`);
  const sides = lengths.map((length, axis) => {
    const padded = strides[axis]! * (length - 1) + dilations[axis]! * (reach[axis]! - 1) + 1 + rest[axis]!;
    return padded - pads[axis]! - pads[axis + 2]!;
  });
  return [count, channels, ...sides];
}

/** The shape of the largest elements of windows [rows, columns]. @throws when the windows do not fill the maps. */
export function pooledShape(maps: Shape, windows: readonly number[]): Shape {
  const [count, channels, ...sides] = fourAxes(maps);
  const places = sides.map((side, axis) => side / windows[axis]!);
  if (!places.every(Number.isInteger)) throw new Error(`windows [${windows}] do not fill [${sides}]`);
  return [count, channels, ...places];
}

/** Visits every product that a convolution adds up, as indices into maps, kernels and places. */
export function forEachProduct(
  maps: Shape,
  kernels: Shape,
  places: Shape,
  { strides, dilations, pads }: Convolution,
  visit: (map: number, kernel: number, place: number) => void,
): void {
  const [, channels, height, width] = fourAxes(maps);
  const [, , rows, columns] = fourAxes(kernels);
  const [count, outputs, down, across] = fourAxes(places);
  const [pairs, weights] = [count * outputs * channels, rows * columns];
  for (let pair = 0; pair < pairs; pair++) {
    const [clip, output, channel] = unravel(pair, [count, outputs, channels]) as [number, number, number];
    const mapStart = (clip * channels + channel) * height * width;
    const kernelStart = (output * channels + channel) * weights;
    const placeStart = (clip * outputs + output) * down * across;
    for (let weight = 0; weight < weights; weight++) {
      const top = Math.floor(weight / columns) * dilations[0]! - pads[0]!;
      const left = (weight % columns) * dilations[1]! - pads[1]!;
      for (let place = 0; place < down * across; place++) {
        const row = top + Math.floor(place / across) * strides[0]!;
        const column = left + (place % across) * strides[1]!;
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        visit(mapStart + row * width + column, kernelStart + weight, placeStart + place);
      }
    }
  }
}

function fourAxes(shape: Shape): [number, number, number, number] {
  if (shape.length !== 4) throw new Error('four axes are needed');
  return [...shape] as [number, number, number, number];
}
