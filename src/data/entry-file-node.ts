// A cache entry's file: a checked header, then pictures and spectrograms, each with its own checksum, so that a reader
// fetches only what it needs and still notices half-written or damaged bytes.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { z } from 'zod';
import type { Picture } from '../signal/picture.ts';
import type { ClipFeatures } from './clip-features.ts';
import { DamagedEntry, type FeatureReader } from './feature-reader.ts';
import { middleOf } from './windows.ts';

const magic = `duet-features-${endianness()}\n`;
const digestLength = 16;
const prefixLength = magic.length + 4 + digestLength;
/** Enough for almost every header, so that it takes one read. */
const firstRead = 4096;

const section = z.object({ offset: z.number(), length: z.number(), digest: z.string() });
const picture = section.extend({ width: z.number(), height: z.number() });
const headerSchema = z.object({
  missing: z.enum(['picture', 'sound']).optional(),
  evaluation: picture.optional(),
  training: z.array(picture),
  spectrograms: z.array(section),
  /** Bytes of sections after the header. */
  length: z.number(),
});
export type EntryHeader = z.infer<typeof headerSchema>;
type Section = z.infer<typeof section>;

/** The bytes of an entry. Equal pictures and spectrograms are kept once. */
export function encodeEntry(features: ClipFeatures): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const placed = new Map<string, Section>();
  let length = 0;
  const place = (bytes: Uint8Array): Section => {
    const digest = digestOf(bytes).toString('hex');
    const known = placed.get(digest);
    if (known) return known;
    const made = { offset: length, length: bytes.byteLength, digest };
    placed.set(digest, made);
    parts.push(bytes);
    length += bytes.byteLength;
    return made;
  };
  const placePicture = ({ width, height, data }: Picture) => ({ ...place(data), width, height });
  const header: EntryHeader = {
    ...(features.missing && { missing: features.missing }),
    ...(features.evaluation && { evaluation: placePicture(features.evaluation) }),
    training: features.training.map(placePicture),
    spectrograms: features.spectrograms.map(({ buffer, byteOffset, byteLength }) =>
      place(new Uint8Array(buffer, byteOffset, byteLength)),
    ),
    length: 0,
  };
  const text = Buffer.from(JSON.stringify({ ...header, length }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  return [Buffer.from(magic), size, digestOf(text), text, ...parts];
}

/** An open entry. */
export type EntryReader = FeatureReader & { readonly header: EntryHeader };

/**
 * Opens an entry and checks its header and its length. Throws DamagedEntry, or the system's own error when there is no
 * such file.
 */
export async function openEntry(path: string): Promise<EntryReader> {
  const file = await open(path, 'r');
  try {
    const { header, start } = await readHeader(file);
    const read = (part: Section) => readSection(file, start, part);
    const readPicture = async (part: z.infer<typeof picture> | undefined) =>
      part && { width: part.width, height: part.height, data: await read(part) };
    const at = <Item>(items: readonly Item[], window: number | 'middle') =>
      items[window === 'middle' ? middleOf(items) : window];
    return {
      header,
      windows: header.spectrograms.length,
      evaluation: () => readPicture(header.evaluation),
      training: (window) => readPicture(at(header.training, window)),
      async spectrogram(window) {
        const { buffer } = await read(at(header.spectrograms, window)!);
        return new Float32Array(buffer);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readHeader(file: FileHandle): Promise<{ header: EntryHeader; start: number }> {
  const { size } = await file.stat();
  const beginning = await readBytes(file, 0, Math.min(firstRead, size));
  const view = Buffer.from(beginning.buffer);
  if (size < prefixLength || view.toString('latin1', 0, magic.length) !== magic) throw new DamagedEntry();
  const start = prefixLength + view.readUInt32LE(magic.length);
  if (start > size) throw new DamagedEntry();
  const text = Buffer.from(
    start <= view.length
      ? view.subarray(prefixLength, start)
      : await readBytes(file, prefixLength, start - prefixLength),
  );
  if (!digestOf(text).equals(view.subarray(magic.length + 4, prefixLength))) throw new DamagedEntry();
  const header = headerSchema.parse(JSON.parse(text.toString()));
  if (start + header.length !== size) throw new DamagedEntry();
  return { header, start };
}

async function readSection(
  file: FileHandle,
  start: number,
  { offset, length, digest }: Section,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readBytes(file, start + offset, length);
  if (digestOf(bytes).toString('hex') !== digest) throw new DamagedEntry();
  return bytes;
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new DamagedEntry();
    filled += bytesRead;
  }
  return bytes;
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, digestLength);
}
