// Reading and writing safetensors: eight bytes of header length, a JSON header, then the tensors' bytes without gaps.
// Format: https://github.com/huggingface/safetensors#format. Numbers are little-endian, as every machine Duet runs on.

import { z } from 'zod';
import { DuetError } from '../errors.ts';

/**
 * Bytes per element, in the order in which the Python library lays tensors out: the widest first, so that each is
 * aligned.
 */
const elementSizes = {
  U64: 8,
  I64: 8,
  F64: 8,
  F32: 4,
  U32: 4,
  I32: 4,
  BF16: 2,
  F16: 2,
  U16: 2,
  I16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

export type TensorType = keyof typeof elementSizes;

export type NamedTensor = {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  /**
   * The elements in row-major order: a view into the file's bytes where those are in memory, else read again each time
   * it is asked for.
   */
  readonly bytes: Uint8Array;
  /** Where those bytes lie, for a tensor that stays in its file. */
  readonly location?: FileLocation;
};

/** A place in a file: its folder without a slash at the end, its name there, and the bytes before the place. */
export type FileLocation = { readonly folder: string; readonly file: string; readonly offset: number };

/** What a safetensors file is read from: all of its bytes, or a way to some of them. */
export type TensorSource = {
  readonly byteLength: number;
  read(begin: number, end: number): Uint8Array;
  /** Where a byte lies, if it is in a file. */
  locate?(offset: number): FileLocation;
};

export type SafetensorsFile = {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
};

const layoutOrder = Object.keys(elementSizes);
/** The Python library's own limit; a longer header is a damaged or hostile file. */
const longestHeader = 100_000_000;
const count = z.number().int().nonnegative();
const entrySchema = z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) });
const metadataSchema = z.record(z.string(), z.string());

/**
 * The tensors of a safetensors file, as views into `bytes` (nothing is copied).
 * `name` is what error messages call the file. Anything but a whole, consistent file is a DuetError.
 */
export function readSafetensors(bytes: Uint8Array, name = 'the safetensors file'): SafetensorsFile {
  return readTensors({ byteLength: bytes.byteLength, read: (begin, end) => bytes.subarray(begin, end) }, name);
}

/** The same from any source; only the header is read at once. */
export function readTensors(source: TensorSource, name: string): SafetensorsFile {
  const fail = (problem: string): never => {
    throw new DuetError(`${name} is not a readable safetensors file: ${problem}; get a fresh copy of it.`);
  };
  if (source.byteLength < 8) fail(`it has only ${source.byteLength} bytes`);
  const start = source.read(0, 8);
  const headerLength = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
  if (headerLength > longestHeader) fail(`its header claims ${headerLength} bytes`);
  const dataStart = 8 + headerLength;
  const dataLength = source.byteLength - dataStart;
  if (dataLength < 0)
    fail(`its header claims ${headerLength} bytes, the file has ${source.byteLength} (truncated, or another format)`);
  const { entries, metadata } = parseHeader(source.read(8, dataStart), fail);
  const tensors = new Map<string, NamedTensor>();
  let position = 0;
  for (const [tensorName, entry] of entries) {
    const { dtype, shape } = entry;
    const [begin, end] = entry.data_offsets;
    if (!isTensorType(dtype)) return fail(`tensor '${tensorName}' has the unknown type '${dtype}'`);
    if (begin !== position)
      fail(`tensor '${tensorName}' starts at byte ${begin} where ${position} was due (an overlap or a gap)`);
    if (end > dataLength) fail(`tensor '${tensorName}' ends at byte ${end} of ${dataLength}: the file is truncated`);
    if (end - begin !== byteLengthOf(dtype, shape)) {
      fail(
        `tensor '${tensorName}' has ${end - begin} bytes, its shape ${showShape(shape)} of ${dtype} needs ${byteLengthOf(dtype, shape)}`,
      );
    }
    tensors.set(tensorName, {
      dtype,
      shape,
      get bytes() {
        return source.read(dataStart + begin, dataStart + end);
      },
      ...(source.locate && { location: source.locate(dataStart + begin) }),
    });
    position = end;
  }
  if (position !== dataLength) fail(`${dataLength - position} bytes at its end belong to no tensor`);
  return { tensors, metadata };
}

/**
 * A safetensors file whose bytes are the same for the same content: header padded to 8 bytes, widest types first, then
 * by name.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const parts = [...safetensorsParts(tensors, metadata)];
  const file = new Uint8Array(parts.reduce((total, { byteLength }) => total + byteLength, 0));
  let position = 0;
  for (const part of parts) {
    file.set(part, position);
    position += part.byteLength;
  }
  return file;
}

/**
 * The same, part by part: a tensor's bytes are asked for when their turn comes, so that a large file need not be in
 * memory.
 */
export function* safetensorsParts(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array, void, undefined> {
  const byLayout = [...tensors].sort(([nameA, a], [nameB, b]) => {
    return layoutOrder.indexOf(a.dtype) - layoutOrder.indexOf(b.dtype) || (nameA < nameB ? -1 : 1);
  });
  const header: [string, unknown][] = [];
  const metadataEntries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (metadataEntries.length > 0) header.push(['__metadata__', Object.fromEntries(metadataEntries)]);
  let position = 0;
  for (const [name, { dtype, shape }] of byLayout) {
    if (name === '__metadata__') throw new DuetError(`A tensor cannot be called '__metadata__'; give it another name.`);
    const end = position + byteLengthOf(dtype, shape);
    header.push([name, { dtype, shape, data_offsets: [position, end] }]);
    position = end;
  }
  // Written entry by entry because an object would move names such as '7' to its front.
  const json = `{${header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  const headerLength = Math.ceil(text.byteLength / 8) * 8;
  const start = new Uint8Array(8 + headerLength).fill(0x20, 8);
  new DataView(start.buffer).setBigUint64(0, BigInt(headerLength), true);
  start.set(text, 8);
  yield start;
  for (const [name, tensor] of byLayout) {
    const { bytes } = tensor;
    const needed = byteLengthOf(tensor.dtype, tensor.shape);
    if (bytes.byteLength !== needed) {
      throw new Error(
        `Tensor '${name}' has ${bytes.byteLength} bytes, not what ${showShape(tensor.shape)} of ${tensor.dtype} needs.`,
      );
    }
    yield bytes;
  }
}

type Entry = z.infer<typeof entrySchema>;

/** The header's entries in the order of their bytes. */
function parseHeader(
  bytes: Uint8Array,
  fail: (problem: string) => never,
): { entries: [string, Entry][]; metadata: Record<string, string> } {
  const names = new Set<string>();
  let parsed: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    parsed = JSON.parse(text);
    for (const name of topLevelKeys(text)) {
      if (names.has(name)) fail(`it names '${name}' twice`);
      names.add(name);
    }
  } catch (error) {
    if (error instanceof DuetError) throw error;
    return fail('its header is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return fail('its header is not a JSON object');
  const entries: [string, Entry][] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '__metadata__') {
      metadata = metadataSchema.safeParse(value).data ?? fail('its metadata is not a table of texts');
    } else {
      entries.push([
        name,
        entrySchema.safeParse(value).data ?? fail(`tensor '${name}' lacks a proper dtype, shape or data_offsets`),
      ]);
    }
  }
  // Empty tensors start where others do: the end breaks that tie.
  entries.sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  return { entries, metadata };
}

/** The outermost object's keys, repeated ones too: JSON.parse keeps only the last of those. */
function* topLevelKeys(json: string): Generator<string> {
  let depth = 0;
  for (const match of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const token = match[0];
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && match[1] !== undefined) yield JSON.parse(token.slice(0, -match[1].length));
  }
}

function isTensorType(text: string): text is TensorType {
  return Object.hasOwn(elementSizes, text);
}

function byteLengthOf(dtype: TensorType, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1) * elementSizes[dtype];
}

/** A shape for people: [2, 3]. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
