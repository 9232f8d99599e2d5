// A stored reading's file: a checked header, then the arrays, each with its own checksum, so that a reader fetches only
// what it needs and still notices half-written or damaged bytes.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { z } from 'zod';
import { DamagedReading, type Reading, type ShapedValues, type StoredReading, type Values } from './intake.ts';

const magic = `duet-reading-${endianness()}\n`;
const digestLength = 16;
const prefixLength = magic.length + 4 + digestLength;
/** Enough for almost every header, so that it takes one read. */
const firstRead = 4096;

const section = z.object({
  offset: z.number(),
  length: z.number(),
  digest: z.string(),
  shape: z.array(z.number()),
  type: z.enum(['float32', 'uint8', 'int64']),
});
const headerSchema = z.object({
  missing: z.enum(['picture', 'sound']).optional(),
  arrays: z.record(z.string(), section),
  /** Bytes of sections after the header. */
  length: z.number(),
});
export type ReadingHeader = z.infer<typeof headerSchema>;
type Section = z.infer<typeof section>;

/** The bytes of an entry. Equal arrays are kept once. */
export function encodeReading({ missing, arrays }: Reading): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const placed = new Map<string, number>();
  let length = 0;
  const place = ({ shape, data }: ShapedValues): Section => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const digest = digestOf(bytes).toString('hex');
    const about = { length: bytes.byteLength, digest, shape: [...shape], type: typeOf(data) };
    const known = placed.get(digest);
    if (known !== undefined) return { offset: known, ...about };
    const offset = length;
    placed.set(digest, offset);
    parts.push(bytes);
    // Every section begins where eight bytes may, so that any type of array lies well.
    const padding = (8 - (bytes.byteLength % 8)) % 8;
    if (padding > 0) parts.push(new Uint8Array(padding));
    length += bytes.byteLength + padding;
    return { offset, ...about };
  };
  const sections = Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, place(values)]));
  const header: ReadingHeader = { ...(missing && { missing }), arrays: sections, length };
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  return [Buffer.from(magic), size, digestOf(text), text, ...parts];
}

function typeOf(data: Values): Section['type'] {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Uint8Array ? 'uint8' : 'int64';
}

/** An open entry. */
export type ReadingFile = StoredReading & { readonly header: ReadingHeader };

/**
 * Opens an entry and checks its header and its length. Throws DamagedReading, or the system's own error when there is
 * no such file.
 */
export async function openReadingFile(path: string): Promise<ReadingFile> {
  const file = await open(path, 'r');
  try {
    const { header, start } = await readHeader(file);
    return {
      header,
      names: Object.keys(header.arrays),
      async get(name) {
        const part = header.arrays[name];
        if (!part) throw new Error(`a reading has no array "${name}"`);
        return { shape: part.shape, data: valuesOf(part.type, await readSection(file, start, part)) };
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function valuesOf(type: Section['type'], bytes: Uint8Array<ArrayBuffer>): Values {
  if (type === 'uint8') return bytes;
  return type === 'float32' ? new Float32Array(bytes.buffer) : new BigInt64Array(bytes.buffer);
}

async function readHeader(file: FileHandle): Promise<{ header: ReadingHeader; start: number }> {
  const { size } = await file.stat();
  const beginning = await readBytes(file, 0, Math.min(firstRead, size));
  const view = Buffer.from(beginning.buffer);
  if (size < prefixLength || view.toString('latin1', 0, magic.length) !== magic) throw new DamagedReading();
  const start = prefixLength + view.readUInt32LE(magic.length);
  if (start > size) throw new DamagedReading();
  const text = Buffer.from(
    start <= view.length
      ? view.subarray(prefixLength, start)
      : await readBytes(file, prefixLength, start - prefixLength),
  );
  if (!digestOf(text).equals(view.subarray(magic.length + 4, prefixLength))) throw new DamagedReading();
  const header = headerSchema.parse(JSON.parse(text.toString()));
  if (start + header.length !== size) throw new DamagedReading();
  return { header, start };
}

async function readSection(
  file: FileHandle,
  start: number,
  { offset, length, digest }: Section,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBytes(file, start + offset, length);
  if (digestOf(bytes).toString('hex') !== digest) throw new DamagedReading();
  return bytes;
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new DamagedReading();
    filled += bytesRead;
  }
  return bytes;
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, digestLength);
}
