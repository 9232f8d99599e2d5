// What an index knows of files: a log of lines that is only ever added to. A line counts once its end is written, so
// that a process that is killed loses the file it was at, and no other.
import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';

const count = z.number().int().nonnegative();
const stamp = { path: z.string().min(1), size: count, modified: z.number() };

const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    ...stamp,
    /** Of the content. */
    hash: z.string(),
    firstRow: count,
    /** Start and end of each window in seconds; window i has row firstRow + i. */
    windows: z.array(z.tuple([z.number(), z.number()])),
  }),
  /** It could not be read; it is tried again when it changes. */
  z.object({ kind: z.literal('failed'), ...stamp, error: z.string() }),
  /** It lies elsewhere now, or has another time of change: the content is the same. */
  z.object({ kind: z.literal('moved'), from: z.string().min(1), ...stamp }),
  z.object({ kind: z.literal('gone'), path: z.string().min(1) }),
]);

export type LogLine = z.infer<typeof lineSchema>;
export type IndexedFile = Omit<Extract<LogLine, { kind: 'file' }>, 'kind'>;
export type FailedFile = Omit<Extract<LogLine, { kind: 'failed' }>, 'kind'>;

export type IndexState = {
  readonly files: ReadonlyMap<string, IndexedFile>;
  readonly failed: ReadonlyMap<string, FailedFile>;
  /** Rows that the log speaks of, those of files that are gone included. */
  readonly rows: number;
};

/** The same while lines are added to it. */
export type GrowingState = {
  readonly files: Map<string, IndexedFile>;
  readonly failed: Map<string, FailedFile>;
  rows: number;
};

export function emptyState(): GrowingState {
  return { files: new Map(), failed: new Map(), rows: 0 };
}

export function formatLine(line: LogLine): string {
  return `${JSON.stringify(line)}\n`;
}

/**
 * @param name what messages call the log.
 * @returns the state after its last whole line, and the bytes up to that line's end.
 * @throws DuetError for a whole line that is none.
 */
export function readLog(
  bytes: Uint8Array,
  name: string,
): { readonly state: GrowingState; readonly wholeBytes: number } {
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, wholeBytes)).split('\n').slice(0, -1);
  const state = emptyState();
  for (const [index, line] of lines.entries()) {
    const what = `Line ${index + 1} of ${name}`;
    addLine(state, checkSchema(lineSchema, parseJson(line, what), what));
  }
  return { state, wholeBytes };
}

function parseJson(line: string, what: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new DuetError(`${what} is damaged; make the index again with --rebuild.`, { cause: error });
  }
}

/** Changes the state to what it is once the line is in the log. */
export function addLine(state: GrowingState, line: LogLine): void {
  const { files, failed } = state;
  failed.delete(line.path);
  if (line.kind === 'file') {
    const { kind: _, ...file } = line;
    files.set(line.path, file);
    state.rows = Math.max(state.rows, line.firstRow + line.windows.length);
    return;
  }
  const before = files.get(line.kind === 'moved' ? line.from : line.path);
  if (before) files.delete(before.path);
  if (line.kind === 'failed') {
    const { kind: _, ...file } = line;
    failed.set(line.path, file);
  } else if (line.kind === 'moved' && before) {
    files.set(line.path, { ...before, path: line.path, size: line.size, modified: line.modified });
  }
}
