// Damaged and hostile variants of a file: bits, lengths, numbers and stretches changed, as a file's damage or its
// author's malice would.
import type { Random } from '../src/random.ts';

type Change = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Lengths and counts that readers forget: nothing, one too many, and what overflows 15, 16, 31, 32 and 53 bits. */
const extremes = [0n, 1n, 0x7fn, 0xffn, 0x7fffn, 0xffffn, 0x7fff_ffffn, 0xffff_ffffn, 2n ** 53n, 2n ** 63n - 1n];

const numberTexts = ['0', '-1', '1e308', '1e999', '-0', '0.1', '9007199254740993', '4294967296', 'null', '[]', '""'];
const hostileTexts = [
  '\u001b[2J\u0007',
  '../../../etc/passwd',
  '__proto__',
  'a'.repeat(5000),
  '\u0000',
  '\ud800',
  '{}',
];

/** A stretch of the bytes, often short. */
function stretch(bytes: Uint8Array, random: Random): [start: number, end: number] {
  const start = random.integer(bytes.length + 1);
  const longest = random.uniform() < 0.7 ? 16 : bytes.length;
  return [start, Math.min(bytes.length, start + random.integer(longest + 1))];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const changes: readonly Change[] = [
  function bit(bytes, random) {
    if (bytes.length > 0) bytes[random.integer(bytes.length)]! ^= 1 << random.integer(8);
    return bytes;
  },
  function byte(bytes, random) {
    if (bytes.length > 0) bytes[random.integer(bytes.length)] = random.integer(256);
    return bytes;
  },
  function number(bytes, random) {
    const size = [1, 2, 4, 8][random.integer(4)]!;
    if (bytes.length < size) return bytes;
    const view = Buffer.alloc(8);
    const value = BigInt.asUintN(64, extremes[random.integer(extremes.length)]!);
    const isLittle = random.uniform() < 0.5;
    if (isLittle) view.writeBigUInt64LE(value);
    else view.writeBigUInt64BE(value);
    bytes.set(isLittle ? view.subarray(0, size) : view.subarray(8 - size), random.integer(bytes.length - size + 1));
    return bytes;
  },
  function cut(bytes, random) {
    return bytes.slice(0, random.integer(bytes.length + 1));
  },
  function remove(bytes, random) {
    const [start, end] = stretch(bytes, random);
    return joined(bytes.subarray(0, start), bytes.subarray(end));
  },
  function repeat(bytes, random) {
    const [start, end] = stretch(bytes, random);
    return joined(bytes.subarray(0, end), bytes.subarray(start));
  },
  function move(bytes, random) {
    const [start, end] = stretch(bytes, random);
    const part = bytes.slice(start, end);
    bytes.set(part, random.integer(bytes.length - part.length + 1));
    return bytes;
  },
  function insert(bytes, random) {
    const place = random.integer(bytes.length + 1);
    const noise = Uint8Array.from({ length: 1 + random.integer(32) }, () => random.integer(256));
    return joined(bytes.subarray(0, place), noise, bytes.subarray(place));
  },
];

const textChanges: readonly Change[] = [
  function numeral(bytes, random) {
    return replaced(bytes, random, /-?\d+(?:\.\d+)?/g, numberTexts);
  },
  function word(bytes, random) {
    return replaced(bytes, random, /\w{2,}/g, hostileTexts);
  },
  function nest(bytes, random) {
    const depth = 1 + random.integer(20_000);
    return replaced(bytes, random, /\d+|"[^"]*"|\[\]/g, ['['.repeat(depth), '{"a":'.repeat(depth)]);
  },
];

function replaced(bytes: Uint8Array, random: Random, what: RegExp, by: readonly string[]): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  const places = [...text.matchAll(what)];
  if (places.length === 0) return bytes;
  const place = places[random.integer(places.length)]!;
  const end = place.index + place[0].length;
  return new Uint8Array(Buffer.from(text.slice(0, place.index) + by[random.integer(by.length)] + text.slice(end)));
}

/** One to four changes of a copy of `seed`. */
export function mutate(seed: Uint8Array, kind: 'text' | 'binary', random: Random): Uint8Array {
  const choice = kind === 'text' ? [...changes, ...textChanges, ...textChanges] : changes;
  // Not slice(): that of a Buffer is a view of the same bytes.
  let bytes: Uint8Array = new Uint8Array(seed);
  for (let left = 1 + random.integer(4); left > 0; left--)
    bytes = choice[random.integer(choice.length)]!(bytes, random);
  return bytes;
}
