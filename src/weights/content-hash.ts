// A name for a set of numbers, so that an adapter can tell whether it meets the backbone it was trained on.
// MurmurHash3's mixing over 32-bit words, in two lanes with different seeds: it guards against mix-ups, not against
// malice, and unlike the browser's SHA-256 it is synchronous and needs no secure context.

export type ContentHash = {
  text(value: string): void;
  numbers(values: Float32Array): void;
  /** 16 hexadecimal digits. */
  digest(): string;
};

export function createContentHash(): ContentHash {
  let low = 0x9747b28c;
  let high = 0x3c6ef372;
  let words = 0;
  const word = (value: number) => {
    low = mix(low, value, 0xcc9e2d51, 0x1b873593);
    high = mix(high, value, 0x85ebca6b, 0xc2b2ae35);
    words++;
  };
  return {
    text(value) {
      for (let index = 0; index < value.length; index++) word(value.charCodeAt(index));
      word(-1);
    },
    numbers(values) {
      const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
      for (let index = 0; index < bits.length; index++) word(bits[index] as number);
    },
    digest: () => [low, high].map((lane) => hexadecimal(finish(lane ^ words))).join(''),
  };
}

function mix(hash: number, value: number, first: number, second: number): number {
  const scrambled = Math.imul(rotate(Math.imul(value, first), 15), second);
  return (Math.imul(rotate(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function hexadecimal(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
