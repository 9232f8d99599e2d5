// The examples as a zip with one folder per class, which `duet train` reads once it is unpacked.
import { Zip, ZipPassThrough } from 'fflate';
import { classes, examplesByClass } from './project.ts';
import { isMediaName } from './read-archive.ts';

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
