// Planes of a decoded frame to 8-bit RGB, by the definitions of BT.601, BT.709 and BT.2020.
import type { Picture } from '../signal/picture.ts';
import type { PixelLayout } from './pixel-layout.ts';

export type Plane = { readonly data: Uint8Array; readonly stride: number };

/** `matrix` in WebCodecs' words. */
export type FrameColour = { readonly matrix: string | undefined; readonly fullRange: boolean };

// Weights of red and blue in luma: ITU-R BT.601-7, BT.709-6, BT.2020-2, SMPTE 240M.
const lumaWeights: Readonly<Record<string, readonly [number, number]>> = {
  bt470bg: [0.299, 0.114],
  smpte170m: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  smpte240m: [0.212, 0.087],
  'bt2020-ncl': [0.2627, 0.0593],
  'bt2020-cl': [0.2627, 0.0593],
};

/** The matrix in force: the file's own, else what players take: BT.709 from 720 lines on, BT.601 below. */
export function matrixInForce(matrix: string | undefined, height: number): string {
  return matrix !== undefined && (matrix === 'rgb' || matrix in lumaWeights)
    ? matrix
    : height >= 720
      ? 'bt709'
      : 'smpte170m';
}

const FRACTION = 1 << 16;

type Tables = {
  readonly luma: Int32Array;
  readonly redOfV: Int32Array;
  readonly greenOfU: Int32Array;
  readonly greenOfV: Int32Array;
  readonly blueOfU: Int32Array;
};

const remembered = new Map<string, Tables>();

/** What each code value adds to red, green and blue, in 1/65536 of an 8-bit step. */
function tables(matrix: string, fullRange: boolean, bitDepth: number): Tables {
  const key = `${matrix}/${fullRange}/${bitDepth}`;
  const known = remembered.get(key);
  if (known) return known;
  const [red, blue] = lumaWeights[matrix] ?? lumaWeights.smpte170m!;
  const green = 1 - red - blue;
  const codes = 1 << bitDepth;
  const unit = codes / 256;
  const lumaScale = fullRange ? 255 / (codes - 1) : 255 / (219 * unit);
  const chromaScale = fullRange ? 255 / (codes - 1) : 255 / (224 * unit);
  const table = (value: (code: number) => number) =>
    Int32Array.from({ length: codes }, (_, code) => Math.round(value(code) * FRACTION));
  const chroma = (weight: number) => table((code) => weight * (code - codes / 2) * chromaScale);
  const made: Tables = {
    // Half a step is added once, here, so that the later shift rounds.
    luma: table((code) => (code - (fullRange ? 0 : 16 * unit)) * lumaScale + 0.5),
    redOfV: chroma(2 * (1 - red)),
    greenOfU: chroma((-2 * (1 - blue) * blue) / green),
    greenOfV: chroma((-2 * (1 - red) * red) / green),
    blueOfU: chroma(2 * (1 - blue)),
  };
  remembered.set(key, made);
  return made;
}

/**
 * A frame of `width` x `height` pixels as RGB. Halved chroma is repeated, not interpolated, as ffmpeg does by default;
 * deeper samples than 8 bits are rounded once, at the end.
 */
export function frameToRgb(
  layout: PixelLayout,
  planes: readonly Plane[],
  width: number,
  height: number,
  colour: FrameColour,
): Picture {
  const data = new Uint8Array(width * height * 3);
  const out = new Uint8ClampedArray(data.buffer);
  if (layout.kind === 'packed') copyPacked(layout.order ?? [0, 1, 2], planes[0]!, width, height, out);
  else if (matrixInForce(colour.matrix, height) === 'rgb') copyPlanarRgb(layout, planes, width, height, out);
  else
    convert(
      layout,
      planes,
      width,
      height,
      tables(matrixInForce(colour.matrix, height), colour.fullRange, layout.bitDepth),
      out,
    );
  return { width, height, data };
}

function copyPacked(
  order: readonly [number, number, number],
  plane: Plane,
  width: number,
  height: number,
  out: Uint8ClampedArray,
) {
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0, source = y * plane.stride; x < width; x++, source += 4) {
      for (const place of order) out[target++] = plane.data[source + place]!;
    }
  }
}

type Samples = { readonly values: Uint8Array | Uint16Array; readonly stride: number };

function samplesOf(plane: Plane, bitDepth: number): Samples {
  if (bitDepth === 8) return { values: plane.data, stride: plane.stride };
  const { data } = plane;
  const even = data.byteOffset % 2 === 0 ? data : data.slice();
  return { values: new Uint16Array(even.buffer, even.byteOffset, even.byteLength >> 1), stride: plane.stride >> 1 };
}

// The planes of RGB video are green, blue, red.
function copyPlanarRgb(
  layout: PixelLayout,
  planes: readonly Plane[],
  width: number,
  height: number,
  out: Uint8ClampedArray,
) {
  const [green, blue, red] = planes.map((plane) => samplesOf(plane, layout.bitDepth));
  const scale = 255 / ((1 << layout.bitDepth) - 1);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const plane of [red!, green!, blue!]) out[target++] = plane.values[y * plane.stride + x]! * scale;
    }
  }
}

function convert(
  layout: PixelLayout,
  planes: readonly Plane[],
  width: number,
  height: number,
  table: Tables,
  out: Uint8ClampedArray,
) {
  const { luma, redOfV, greenOfU, greenOfV, blueOfU } = table;
  const mask = (1 << layout.bitDepth) - 1;
  const y0 = samplesOf(planes[0]!, layout.bitDepth);
  const paired = layout.kind === 'nv12';
  const u0 = samplesOf(planes[1]!, layout.bitDepth);
  const v0 = paired ? u0 : samplesOf(planes[2]!, layout.bitDepth);
  const acrossShift = layout.halfWidth ? 1 : 0;
  const downShift = layout.halfHeight ? 1 : 0;
  let target = 0;
  for (let y = 0; y < height; y++) {
    const lumaRow = y * y0.stride;
    const uRow = (y >> downShift) * u0.stride;
    const vRow = (y >> downShift) * v0.stride;
    for (let x = 0; x < width; x++) {
      const light = luma[y0.values[lumaRow + x]! & mask]!;
      const across = x >> acrossShift;
      const u = (paired ? u0.values[uRow + 2 * across]! : u0.values[uRow + across]!) & mask;
      const v = (paired ? u0.values[uRow + 2 * across + 1]! : v0.values[vRow + across]!) & mask;
      out[target] = (light + redOfV[v]!) >> 16;
      out[target + 1] = (light + greenOfU[u]! + greenOfV[v]!) >> 16;
      out[target + 2] = (light + blueOfU[u]!) >> 16;
      target += 3;
    }
  }
}
