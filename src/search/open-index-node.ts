// An index in memory, ready to be searched, and an index without what is gone.
import { open } from 'node:fs/promises';
import { DuetError } from '../errors.ts';
import { readError } from '../files/file-error.ts';
import { readFileClearly } from '../files/read-clearly-node.ts';
import { toFloat32 } from '../files/tensor-values.ts';
import type { ArchiveWindow } from './combine.ts';
import {
  beginGeneration,
  halfBytes,
  logFile,
  readDescription,
  vectorFile,
  withIndexLock,
} from './index-folder-node.ts';
import { type IndexedFile, type IndexState, type LogLine, readLog } from './index-log.ts';
import { createVectorTable, type VectorTable } from './vector-table.ts';

export type OpenIndex = {
  readonly state: IndexState;
  readonly models: Readonly<Record<string, string>>;
  /** What each number of a vector is a share of, by kind, where the numbers have names. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** The run whose adapter made it, where it lay then. */
  readonly run: string | undefined;
  /** Of its vectors. */
  readonly kinds: readonly string[];
  /** Whether a row belongs to a file that is still there. */
  isAlive(row: number): boolean;
  /** The window of a row that is alive. */
  windowOf(row: number): ArchiveWindow;
  /** The product of every row with a unit vector, and NaN for rows without such evidence. */
  scores(kind: string, query: Float32Array): Float32Array;
  /** A row's vector: a query by example. */
  vector(kind: string, row: number): Float32Array;
};

const rowsAtOnce = 65_536;

/** Reads an index whole. @throws DuetError where there is none, or it is damaged. */
export async function openIndex(folder: string): Promise<OpenIndex> {
  const description = await readDescription(folder);
  const path = logFile(folder, description);
  const { state } = readLog(await readFileClearly(path), path);
  const tables = new Map<string, ReadVectors>();
  for (const [kind, width] of Object.entries(description.kinds))
    tables.set(kind, await readVectors(vectorFile(folder, kind, description), state.rows, width));
  const fileOf: (IndexedFile | undefined)[] = Array(state.rows).fill(undefined);
  for (const file of state.files.values()) {
    const { firstRow, windows } = file;
    // Of copies, which share rows, the first stands for all.
    if (windows.length > 0 && !fileOf[firstRow]) fileOf.fill(file, firstRow, firstRow + windows.length);
  }
  const tableOf = (kind: string) => {
    const table = tables.get(kind);
    if (table) return table;
    throw new DuetError(`The index ${folder} has no vectors of the kind '${kind}' (${[...tables.keys()].join(', ')}).`);
  };
  return {
    state,
    models: description.models,
    names: description.names ?? {},
    run: description.run,
    kinds: [...tables.keys()],
    isAlive: (row) => fileOf[row] !== undefined,
    windowOf(row) {
      const file = fileOf[row];
      if (!file) throw new Error(`index: row ${row} belongs to no file`);
      const [start, end] = file.windows[row - file.firstRow]!;
      return { path: file.path, start, end };
    },
    scores(kind, query) {
      const { table, absent } = tableOf(kind);
      const scores = table.scores(query);
      for (const row of absent) scores[row] = Number.NaN;
      return scores;
    },
    vector: (kind, row) => tableOf(kind).table.row(row),
  };
}

type ReadVectors = {
  readonly table: VectorTable;
  /** Rows whose vector is zero: they have no such evidence. */
  readonly absent: readonly number[];
};

async function readVectors(path: string, rows: number, width: number): Promise<ReadVectors> {
  const table = createVectorTable(width, rows);
  const absent: number[] = [];
  const file = await open(path, 'r').catch((error: unknown) => Promise.reject(readError(path, error)));
  try {
    for (let start = 0; start < rows; start += rowsAtOnce) {
      const shape = [Math.min(rowsAtOnce, rows - start), width];
      const bytes = new Uint8Array(shape[0]! * width * halfBytes);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start * width * halfBytes);
      if (bytesRead < bytes.length)
        throw new DuetError(`${path} is shorter than its index says; make the index again with --rebuild.`);
      const values = toFloat32({ dtype: 'F16', shape, bytes });
      table.append(values);
      for (let row = 0; row < shape[0]!; row++) if (isZero(values, row * width, width)) absent.push(start + row);
    }
  } finally {
    await file.close();
  }
  return { table, absent };
}

function isZero(values: Float32Array, start: number, count: number): boolean {
  for (let i = start; i < start + count; i++) if (values[i] !== 0) return false;
  return true;
}

/** Writes the index again without the vectors of files that are gone. */
export async function compactIndex(folder: string): Promise<void> {
  await withIndexLock(folder, async () => {
    const description = await readDescription(folder);
    const path = logFile(folder, description);
    const { state } = readLog(await readFileClearly(path), path);
    const files = [...state.files.values()];
    // Copies of a file share its rows.
    const kept = new Map(
      files.filter(({ windows }) => windows.length > 0).map(({ firstRow, windows }) => [firstRow, windows.length]),
    );
    const newRows = new Map<number, number>();
    let rows = 0;
    for (const [firstRow, count] of kept) {
      newRows.set(firstRow, rows);
      rows += count;
    }
    const vectors: Record<string, Uint8Array[]> = {};
    for (const [kind, width] of Object.entries(description.kinds)) {
      const bytes = await readFileClearly(vectorFile(folder, kind, description));
      const rowBytes = width * halfBytes;
      vectors[kind] = [...kept].map(([row, count]) => bytes.subarray(row * rowBytes, (row + count) * rowBytes));
    }
    const lines: LogLine[] = [
      ...files.map((file) => ({ kind: 'file' as const, ...file, firstRow: newRows.get(file.firstRow) ?? 0 })),
      ...[...state.failed.values()].map((file) => ({ kind: 'failed' as const, ...file })),
    ];
    await beginGeneration(folder, description, { lines, vectors });
  });
}
