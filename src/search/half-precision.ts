// Numbers in 16 bits (IEEE 754 binary16), in which an index keeps its vectors; they are read with toFloat32.

/** Rounded to the nearest, halves to even. */
export function toHalfPrecision(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word) => ((word >>> 16) & 0x8000) | magnitude(word & 0x7fffffff));
}

function magnitude(word: number): number {
  if (word > 0x7f800000) return 0x7e00; // not a number
  if (word >= 0x477ff000) return 0x7c00; // rounds to infinity
  // 13 bits fewer, and the exponent counted from 15 instead of 127.
  if (word >= 0x38800000) return (word - 0x38000000 + 0xfff + ((word >>> 13) & 1)) >>> 13;
  if (word < 0x33000000) return 0;
  // Below the smallest normal number the exponent stays, and the fraction moves down.
  const shift = 126 - (word >>> 23);
  const fraction = (word & 0x7fffff) | 0x800000;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const kept = fraction >>> shift;
  return kept + Number(rest > half || (rest === half && (kept & 1) === 1));
}
