// How the planes of a decoded frame lie in memory.

export type PixelLayout = {
  /**
   * Planar formats hold luma and two chroma planes; NV12 holds chroma in pairs; packed formats hold one plane of four
   * bytes a pixel.
   */
  readonly kind: 'planar' | 'nv12' | 'packed' | 'grey';
  /** Chroma is halved across, down, or neither. */
  readonly halfWidth: boolean;
  readonly halfHeight: boolean;
  readonly bitDepth: 8 | 10 | 12;
  /** For packed formats: the places of red, green and blue. */
  readonly order?: readonly [number, number, number];
};

const planar = (halfWidth: boolean, halfHeight: boolean, bitDepth: 8 | 10 | 12): PixelLayout => ({
  kind: 'planar',
  halfWidth,
  halfHeight,
  bitDepth,
});
const packed = (...order: [number, number, number]): PixelLayout => ({
  kind: 'packed',
  halfWidth: false,
  halfHeight: false,
  bitDepth: 8,
  order,
});

const layouts: Readonly<Record<string, PixelLayout>> = {
  I420: planar(true, true, 8),
  I422: planar(true, false, 8),
  I444: planar(false, false, 8),
  NV12: { kind: 'nv12', halfWidth: true, halfHeight: true, bitDepth: 8 },
  RGBA: packed(0, 1, 2),
  RGBX: packed(0, 1, 2),
  BGRA: packed(2, 1, 0),
  BGRX: packed(2, 1, 0),
  GREY: { kind: 'grey', halfWidth: false, halfHeight: false, bitDepth: 8 },
};

/**
 * The layout of a WebCodecs pixel format (`I420`, `I422P10`, `NV12`, `RGBA`, ...; an alpha plane comes last and is left
 * out).
 */
export function pixelLayout(format: string): PixelLayout | undefined {
  const known = layouts[format];
  if (known) return known;
  const match = /^(I4\d\d)A?(?:P(10|12))?$/.exec(format);
  const base = match?.[1] === undefined ? undefined : layouts[match[1]];
  return base && { ...base, bitDepth: match?.[2] === '10' ? 10 : match?.[2] === '12' ? 12 : 8 };
}

/** Bytes of the colour planes of a frame whose rows have no padding. */
export function planeBytes(layout: PixelLayout, width: number, height: number): number[] {
  const bytes = layout.bitDepth > 8 ? 2 : 1;
  const chromaWidth = layout.halfWidth ? (width + 1) >> 1 : width;
  const chromaHeight = layout.halfHeight ? (height + 1) >> 1 : height;
  const luma = width * height * bytes;
  const chroma = chromaWidth * chromaHeight * bytes;
  if (layout.kind === 'planar') return [luma, chroma, chroma];
  if (layout.kind === 'nv12') return [luma, chroma * 2];
  return [layout.kind === 'packed' ? luma * 4 : luma];
}
