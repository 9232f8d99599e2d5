// Many vectors in memory, and their products with one: all of them, so that the best are the best, by WebAssembly.
import { DuetError } from '../errors.ts';
import { instantiate, openMemory, pageBytes, type WasmMemory } from '../signal/web-assembly.ts';

/** scan.wat in binary; the test says what has to stand here after a change of it. */
export const binary =
  'AGFzbQEAAAABCQFgBX9/f39/AAIQAQRkdWV0Bm1lbW9yeQIAAQMCAQAHCAEEc2NhbgAACr8BAbwBAgN/AnsgASAEQQJ0aiEGIAIgA0ECdGohBwNA/QwAAAAAAAAAAAAAAAAAAAAAIQj9DAAAAAAAAAAAAAAAAAAAAAAhCSABIQUDQCAIIAD9AAQAIAX9AAQA/eYB/eQBIQggCSAA/QAEECAF/QAEEP3mAf3kASEJIABBIGohACAFQSBqIgUgBkkNAAsgCCAJ/eQBIQggAiAI/R8AIAj9HwGSIAj9HwIgCP0fA5KSOAIAIAJBBGoiAiAHSQ0ACws=';

export type VectorTable = {
  readonly width: number;
  /** Rows so far. */
  readonly count: number;
  /** Adds rows of `width` numbers. */
  append(vectors: Float32Array): void;
  /** The product of every row with the query, in single precision. */
  scores(query: Float32Array): Float32Array;
  row(index: number): Float32Array;
};

type Scan = (vectors: number, query: number, scores: number, rows: number, width: number) => void;

const mostPages = 65_536;
const numberBytes = Float32Array.BYTES_PER_ELEMENT;
/** Scores that one call computes: they lie between query and vectors, whose place then never changes. */
const rowsAtOnce = 4096;

/** Four GiB are what WebAssembly addresses. @throws DuetError when there is no more. */
function grow(memory: WasmMemory, missing: number): void {
  const pages = memory.buffer.byteLength / pageBytes;
  try {
    // A quarter more, so that many small additions do not each move everything.
    memory.grow(Math.min(Math.max(missing, Math.ceil(pages / 4)), Math.max(missing, mostPages - pages)));
  } catch (error) {
    throw new DuetError('The vectors do not fit into memory; split the archive into several indexes.', {
      cause: error,
    });
  }
}

/**
 * An empty table; about `width` times 4 bytes for each row.
 * @param expected rows that there is room for at once.
 */
export function createVectorTable(width: number, expected = 0): VectorTable {
  const stride = 8 * Math.ceil(width / 8);
  const scoresAt = stride * numberBytes;
  const vectorsAt = scoresAt + rowsAtOnce * numberBytes;
  const place = (row: number) => vectorsAt + row * stride * numberBytes;
  const memory = openMemory(vectorsAt);
  const makeRoom = (rows: number) => {
    const missing = Math.ceil((place(rows) - memory.buffer.byteLength) / pageBytes);
    if (missing > 0) grow(memory, missing);
  };
  makeRoom(expected);
  const { scan } = instantiate<{ readonly scan: Scan }>(binary, memory);
  let count = 0;
  return {
    width,
    get count() {
      return count;
    },
    append(vectors) {
      const added = vectors.length / width;
      makeRoom(count + added);
      if (stride === width) new Float32Array(memory.buffer, place(count), vectors.length).set(vectors);
      else
        for (let row = 0; row < added; row++)
          new Float32Array(memory.buffer, place(count + row), width).set(
            vectors.subarray(row * width, (row + 1) * width),
          );
      count += added;
    },
    scores(query) {
      new Float32Array(memory.buffer, 0, stride).fill(0).set(query);
      const found = new Float32Array(count);
      for (let start = 0; start < count; start += rowsAtOnce) {
        const rows = Math.min(rowsAtOnce, count - start);
        scan(place(start), 0, scoresAt, rows, stride);
        found.set(new Float32Array(memory.buffer, scoresAt, rows), start);
      }
      return found;
    },
    row: (index) => new Float32Array(memory.buffer, place(index), width).slice(),
  };
}
