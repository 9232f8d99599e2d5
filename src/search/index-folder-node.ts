// An index on disk: what it was made with (index.json), what it knows of files (files-G.jsonl), and the vectors of all
// windows, one file for each kind (KIND-G.f16). Vectors and log are only ever added to; making an index again and
// leaving out what is gone write a new generation G and then change index.json: a kill leaves the old or the new.
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { writeError } from '../files/file-error.ts';
import { withFileLock } from '../files/file-lock-node.ts';
import { kindOfPath, readFileClearly, readJsonClearly } from '../files/read-clearly-node.ts';
import { checkSchema } from '../files/schema-error.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import { toHalfPrecision } from './half-precision.ts';
import { addLine, formatLine, type GrowingState, type IndexState, type LogLine, readLog } from './index-log.ts';
import type { FoundFile } from './plan-update.ts';

/** Raised whenever an index written before would be misread. */
const formatVersion = 1;
export const halfBytes = Uint16Array.BYTES_PER_ELEMENT;

const schema = z.object({
  format: z.number(),
  /** Fingerprints of all that the vectors come from, by what it is for. */
  models: z.record(z.string(), z.string()),
  /** Numbers in a vector of each kind. */
  kinds: z.record(z.string().regex(/^[a-z][a-z-]*$/), z.number().int().positive()),
  /** What each number of a vector is a share of, by kind, where the numbers have names. */
  names: z.record(z.string(), z.array(z.string())).optional(),
  /** The run whose adapter made it, where it lay then. */
  run: z.string().optional(),
  generation: z.number().int().nonnegative(),
});

export type IndexDescription = Omit<z.infer<typeof schema>, 'format' | 'generation'>;
type Description = z.infer<typeof schema>;

const lockFile = 'index.lock';
const generationPattern = /^.+-(\d+)\.(jsonl|f16)$/;
const descriptionFile = (folder: string) => join(folder, 'index.json');
export const logFile = (folder: string, { generation }: Description) => join(folder, `files-${generation}.jsonl`);
export const vectorFile = (folder: string, kind: string, { generation }: Description) =>
  join(folder, `${kind}-${generation}.f16`);

/** @throws DuetError where there is no index, or one of another version. */
export async function readDescription(folder: string): Promise<Description> {
  const path = descriptionFile(folder);
  if ((await kindOfPath(path)) !== 'file')
    throw new DuetError(`${folder} holds no index; make one with "duet index", or name another folder.`);
  const description = checkSchema(schema, await readJsonClearly(path), path);
  if (description.format !== formatVersion)
    throw new DuetError(
      `The index ${folder} is of version ${description.format} and this Duet reads version ${formatVersion}; make it again with --rebuild.`,
    );
  return description;
}

/** Differs whenever the index was changed: by what its log is and how long it is. */
export async function indexState(folder: string): Promise<string> {
  const path = logFile(folder, await readDescription(folder));
  const { size, mtimeMs } = await stat(path);
  return [path, size, mtimeMs].join(' ');
}

/** A DuetError unless the index was made with these models. */
export function checkModels(folder: string, made: IndexDescription, wanted: IndexDescription): void {
  for (const name of new Set([...Object.keys(made.models), ...Object.keys(wanted.models)])) {
    const [before, now] = [made.models[name], wanted.models[name]];
    if (before !== now)
      throw new DuetError(
        `The index ${folder} was made with ${before ?? 'nothing'} as its ${name} and not with ${now ?? 'nothing'}; use the same, or make it again with --rebuild.`,
      );
  }
}

export type IndexWriter = {
  readonly state: IndexState;
  /**
   * Adds a file's windows, start and end in seconds. It is in the index once this resolves.
   * @param vectors [windows, width] of each kind: unit vectors or shares, or zeros for windows without such evidence.
   */
  add(
    file: FoundFile & { readonly hash: string },
    windows: readonly (readonly [number, number])[],
    vectors: Readonly<Record<string, Float32Array>>,
  ): Promise<void>;
  /** Adds any other line. */
  note(line: LogLine): Promise<void>;
};

/**
 * Opens an index for writing, or begins one, and closes it afterwards; no other process writes to it meanwhile.
 * @param rebuild whether what there is, of any models, is left behind.
 * @throws DuetError for an index of other models, a damaged one, or one that another process writes to.
 */
export async function writeIndex<Result>(
  folder: string,
  wanted: IndexDescription,
  action: (writer: IndexWriter) => Promise<Result>,
  { rebuild = false } = {},
): Promise<Result> {
  await ensureFolder(folder);
  return withIndexLock(folder, async () => {
    const exists = (await kindOfPath(descriptionFile(folder))) === 'file';
    if (!exists) await checkOwnFolder(folder);
    if (!exists || rebuild) await beginGeneration(folder, wanted, { lines: [], vectors: {} });
    const description = await readDescription(folder);
    checkModels(folder, description, wanted);
    return withWriter(folder, description, action);
  });
}

/** Runs the action while no other process writes to the index; where one does, that is a DuetError. */
export function withIndexLock<Result>(folder: string, action: () => Promise<Result>): Promise<Result> {
  const refuse = () =>
    new DuetError(`Another process is writing to the index ${folder}; wait for it, or choose another folder.`);
  return withFileLock(join(folder, lockFile), action, { refuse });
}

/** An index removes its older files, so that it must not lie among files of others. */
async function checkOwnFolder(folder: string): Promise<void> {
  const other = (await readdir(folder)).find((name) => name !== lockFile && !generationPattern.test(name));
  if (other !== undefined)
    throw new DuetError(`${folder} holds other files, such as ${other}; choose an empty folder for the index.`);
}

async function withWriter<Result>(
  folder: string,
  description: Description,
  action: (writer: IndexWriter) => Promise<Result>,
): Promise<Result> {
  const path = logFile(folder, description);
  const { state, wholeBytes } = readLog(await readFileClearly(path), path);
  const opened: FileHandle[] = [];
  const openAt = async (path: string, end: number) => {
    const file = await open(path, 'r+').catch((error: unknown) => Promise.reject(writeError(path, error)));
    opened.push(file);
    if ((await file.stat()).size < end)
      throw new DuetError(`${path} is shorter than its index says; make the index again with --rebuild.`);
    // What was being added when a process was killed.
    await file.truncate(end);
    return { path, file, end };
  };
  try {
    const log = await openAt(path, wholeBytes);
    const columns = new Map<string, Awaited<ReturnType<typeof openAt>>>();
    for (const [kind, width] of Object.entries(description.kinds))
      columns.set(kind, await openAt(vectorFile(folder, kind, description), state.rows * width * halfBytes));
    return await action(writerOf(state, description, log, columns));
  } finally {
    for (const file of opened) await file.close();
  }
}

type Growing = { readonly path: string; readonly file: FileHandle; end: number };

function writerOf(
  state: GrowingState,
  { kinds }: Description,
  log: Growing,
  columns: ReadonlyMap<string, Growing>,
): IndexWriter {
  const append = async (target: Growing, bytes: Uint8Array) => {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await target.file.write(bytes, done, bytes.length - done, target.end + done);
        done += bytesWritten;
      }
      await target.file.datasync();
    } catch (error) {
      await target.file.truncate(target.end).catch(() => undefined);
      throw writeError(target.path, error);
    }
    target.end += bytes.length;
  };
  const note = async (line: LogLine) => {
    await append(log, new TextEncoder().encode(formatLine(line)));
    addLine(state, line);
  };
  return {
    state,
    note,
    async add(file, windows, vectors) {
      for (const [kind, width] of Object.entries(kinds)) {
        const values = vectors[kind];
        if (values?.length !== windows.length * width)
          throw new Error(`index: ${kind} needs ${windows.length} vectors of ${width} numbers`);
        const column = columns.get(kind)!;
        // Where an earlier addition stopped half-way, its vectors are written over.
        column.end = state.rows * width * halfBytes;
        const halves = toHalfPrecision(values);
        await append(column, new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength));
      }
      const copied = windows.map(([start, end]): [number, number] => [start, end]);
      await note({ kind: 'file', ...file, firstRow: state.rows, windows: copied });
    },
  };
}

/** What a new generation begins with. */
export type Beginning = {
  readonly lines: readonly LogLine[];
  /** Of each kind, the bytes of its file in parts. */
  readonly vectors: Readonly<Record<string, Iterable<Uint8Array>>>;
};

/** Writes the next generation whole, makes it the index, and removes the others. */
export async function beginGeneration(
  folder: string,
  { models, kinds, names, run }: IndexDescription,
  { lines, vectors }: Beginning,
): Promise<void> {
  const old = (await readdir(folder)).filter((file) => generationPattern.test(file));
  const generation = Math.max(-1, ...old.map((file) => Number(generationPattern.exec(file)![1]))) + 1;
  const description: Description = { format: formatVersion, models, kinds, names, run, generation };
  for (const kind of Object.keys(kinds))
    await writeFileAtomic(vectorFile(folder, kind, description), vectors[kind] ?? []);
  await writeFileAtomic(logFile(folder, description), lines.map(formatLine).join(''));
  await writeFileAtomic(descriptionFile(folder), `${JSON.stringify(description)}\n`);
  for (const file of old) await rm(join(folder, file), { force: true });
}
