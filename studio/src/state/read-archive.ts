// The media files of a zip, unpacked no further than a page's memory allows: a small zip may hold any amount.
import { Unzip, UnzipInflate } from 'fflate';
import { DuetError } from '../../../src/errors.ts';

/** A file with the name of the folder that it lies in. */
export type FiledFile = { readonly folder: string; readonly file: File };

const mediaName = /\.(mp4|m4v|mov|webm|mkv|avi|ts|mts|m2ts|mpg|mpeg|ogv|3gp)$/i;

export function isMediaName(name: string): boolean {
  return mediaName.test(name);
}

export type ArchiveLimits = {
  /** Unpacked, of all media files together. */
  readonly bytes: number;
  /** Media files. */
  readonly files: number;
};

const usualLimits: ArchiveLimits = { bytes: 2 * 2 ** 30, files: 10_000 };

/** The media files of a zip that lie in folders. @throws DuetError when it is damaged, too large or has none. */
export async function readArchive(zip: Blob, limits = usualLimits): Promise<FiledFile[]> {
  const files: FiledFile[] = [];
  const failures: unknown[] = [];
  let [begun, bytes] = [0, 0];
  const unzip = new Unzip((entry) => {
    const [folder, name] = entry.name.split('/').slice(-2);
    if (!name || !folder || name.startsWith('.') || entry.name.startsWith('__MACOSX') || !isMediaName(name)) return;
    // What the zip says of the size is believed only where it is too large; what comes is counted.
    if (++begun > limits.files || bytes + (entry.originalSize ?? 0) > limits.bytes) throw tooLarge(limits);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    entry.ondata = (error, chunk, final) => {
      if (error) return void failures.push(error);
      bytes += chunk.length;
      if (bytes > limits.bytes) throw tooLarge(limits);
      parts.push(chunk as Uint8Array<ArrayBuffer>);
      if (final) files.push({ folder, file: new File(parts, name) });
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  const reader = zip.stream().getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      unzip.push(value ?? new Uint8Array(0), done);
      if (done) break;
    }
  } catch (error) {
    failures.push(error);
    await reader.cancel().catch(() => undefined);
  }
  const refusal = failures.find((failure) => failure instanceof DuetError);
  if (refusal) throw refusal;
  if (failures.length > 0) throw new DuetError('The zip file is damaged; get a fresh copy.');
  if (files.length === 0)
    throw new DuetError('The zip holds no videos in folders; put those of each class into a folder of its name.');
  return files;
}

function tooLarge({ bytes, files }: ArchiveLimits): DuetError {
  const size = bytes >= 2 ** 30 ? `${bytes / 2 ** 30} GiB` : `${bytes} bytes`;
  return new DuetError(
    `The zip holds more than ${size} or more than ${files} videos, which is more than a page can keep; add them in several parts, or train with duet train.`,
  );
}
