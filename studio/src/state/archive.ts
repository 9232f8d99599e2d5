// The examples as a zip with one folder per class, which `duet train` reads once it is unpacked.
import { Unzip, UnzipInflate, Zip, ZipPassThrough } from 'fflate';
import { DuetError } from '../../../src/errors.ts';
import { classes, examplesByClass } from './project.ts';

/** A file with the name of the folder that it lies in. */
export type FiledFile = { readonly folder: string; readonly file: File };

const mediaName = /\.(mp4|m4v|mov|webm|mkv|avi|ts|mts|m2ts|mpg|mpeg|ogv|3gp)$/i;

export function isMediaName(name: string): boolean {
  return mediaName.test(name);
}

/** All examples, each in its class's folder. */
export async function exportExamples(): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, chunk) => {
    failure ??= error;
    parts.push(chunk as Uint8Array<ArrayBuffer>);
  });
  for (const { id, name } of classes.value) {
    const taken = new Set<string>();
    for (const example of examplesByClass.value.get(id) ?? []) {
      // Video is compressed already.
      const entry = new ZipPassThrough(`${safe(name)}/${unique(safe(example.name), taken)}`);
      entry.mtime = example.addedAt;
      zip.add(entry);
      entry.push(new Uint8Array(await example.file.arrayBuffer()), true);
    }
  }
  zip.end();
  if (failure) throw failure;
  return new Blob(parts, { type: 'application/zip' });
}

/** The media files of a zip that lie in folders. @throws DuetError when it is damaged or has none. */
export async function readArchive(zip: Blob): Promise<FiledFile[]> {
  const files: FiledFile[] = [];
  const failures: unknown[] = [];
  const unzip = new Unzip((entry) => {
    const [folder, name] = entry.name.split('/').slice(-2);
    if (!name || !folder || name.startsWith('.') || entry.name.startsWith('__MACOSX') || !isMediaName(name)) return;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    entry.ondata = (error, chunk, final) => {
      if (error) failures.push(error);
      else parts.push(chunk as Uint8Array<ArrayBuffer>);
      if (final && !error) files.push({ folder, file: new File(parts, name) });
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
  }
  if (failures.length > 0) throw new DuetError('The zip file is damaged; get a fresh copy.');
  if (files.length === 0)
    throw new DuetError('The zip holds no videos in folders; put those of each class into a folder of its name.');
  return files;
}

/** What was dropped or chosen, with the folder each file lies in; undefined for files on their own. */
export async function droppedFiles(
  transfer: DataTransfer,
): Promise<{ readonly folder: string | undefined; readonly file: File }[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ folder: undefined, file }));
  const found: { folder: string | undefined; file: File }[] = [];
  const walk = async (entry: FileSystemEntry, folder: string | undefined): Promise<void> => {
    if (entry.name.startsWith('.')) return;
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      if (folder === undefined || isMediaName(file.name)) found.push({ folder, file });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // A reader gives its entries in portions, until there are none.
      const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (portion.length === 0) return;
      for (const inner of portion) await walk(inner, entry.name);
    }
  };
  for (const entry of entries) await walk(entry, undefined);
  return found;
}

function safe(name: string): string {
  return (
    name
      .replace(/[/\\:*?"<>|]/g, '_')
      .replace(/\p{Cc}/gu, '_')
      .replace(/^\.+/, '_') || '_'
  );
}

function unique(name: string, taken: Set<string>): string {
  const [, stem, ending] = /^(.*?)(\.[^.]*)?$/.exec(name)!;
  let candidate = name;
  for (let count = 2; taken.has(candidate); count++) candidate = `${stem}-${count}${ending ?? ''}`;
  taken.add(candidate);
  return candidate;
}
