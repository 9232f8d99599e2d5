// What a file is, from its first bytes: for error messages, and to tell what is worth handing to ffmpeg.
import { open, stat } from 'node:fs/promises';
import { DuetError, messageOf } from '../errors.ts';

const HEAD_BYTES = 4096;

export const matroska = 'Matroska or WebM';

const signatures: readonly (readonly [name: string, offset: number, bytes: string])[] = [
  ['AVI', 8, 'AVI '],
  ['MPEG program stream', 0, '\x00\x00\x01\xba'],
  ['MPEG video stream', 0, '\x00\x00\x01\xb3'],
  ['FLV', 0, 'FLV\x01'],
  ['ASF (WMV, WMA)', 0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11'],
  ['RealMedia', 0, '.RMF'],
  ['AIFF', 0, 'FORM'],
  ['Core Audio', 0, 'caff'],
  ['MP4 or QuickTime', 4, 'ftyp'],
  [matroska, 0, '\x1a\x45\xdf\xa3'],
  ['Ogg', 0, 'OggS'],
  ['FLAC', 0, 'fLaC'],
  ['WAVE', 0, 'RIFF'],
];

/** Containers that are read without ffmpeg. */
export const nativeKinds: ReadonlySet<string> = new Set(['MP4 or QuickTime', matroska, 'Ogg', 'FLAC', 'WAVE']);

/** The container's name, 'text', or undefined for what is not known. */
export function containerKind(head: Uint8Array): string | undefined {
  for (const [name, offset, bytes] of signatures) {
    if ([...bytes].every((byte, index) => head[offset + index] === byte.charCodeAt(0))) return name;
  }
  const printable = head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127));
  return printable ? 'text' : undefined;
}

/** The first bytes of a file that exists, is a file and is not empty; else one sentence (DuetError). */
export async function readHead(path: string): Promise<Uint8Array> {
  const state = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new DuetError(
      error.code === 'ENOENT' || error.code === 'ENOTDIR'
        ? `${path} does not exist; check the path.`
        : `${path} cannot be read (${messageOf(error)}); check its permissions.`,
    );
  });
  if (state.isDirectory()) throw new DuetError(`${path} is a folder, not a media file; name a file in it.`);
  if (!state.isFile()) throw new DuetError(`${path} is not a regular file; copy its contents to a file first.`);
  if (state.size === 0) throw new DuetError(`${path} is empty (0 bytes); replace the file or leave it out.`);
  try {
    return await readBytes(path, 0, HEAD_BYTES);
  } catch (error) {
    throw new DuetError(`${path} cannot be read (${messageOf(error)}); check its permissions.`);
  }
}

/** Fewer than `length` where the file ends before. */
export async function readBytes(path: string, position: number, length: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
