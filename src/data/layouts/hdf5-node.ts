// Numbers out of HDF5 files, in a process of its own: a damaged file may block the library, or end it for good.
import { open } from 'node:fs/promises';
import { DuetError, isDuetError, messageOf } from '../../errors.ts';
import { isCompiled } from '../../threads/is-compiled.ts';
import { openProcessPool } from '../process-pool-node.ts';
import { type Hdf5Array, hdf5Numbers } from './hdf5-numbers.ts';

type Answer = { readonly array: Hdf5Array } | { readonly crashed: string };

const signature = Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1');
/** The largest file that is read so, AVE's labels, takes under a second. */
const patienceMs = 10_000;
const memoryBytes = 2 ** 30;

/** A data set of numbers, row by row. Throws DuetError where the file is not HDF5 or has no such data set. */
export async function readHdf5(path: string, name: string): Promise<Hdf5Array> {
  const start = Buffer.alloc(signature.length);
  const handle = await open(path);
  try {
    await handle.read(start, 0, start.length, 0);
  } finally {
    await handle.close();
  }
  if (!start.equals(signature)) throw new DuetError(`"${path}" is not an HDF5 file; get a fresh copy.`);
  if (!isCompiled) return hdf5Numbers(path, name);
  const pool = openProcessPool<{ path: string; name: string }, Answer>({
    ...{ script: new URL('./hdf5-process-node.js', import.meta.url), hasArrays: true, processes: 1 },
    ...{ patienceMs, memoryBytes, crashed: (how) => ({ crashed: how }) },
  });
  try {
    const answer = await pool.run({ path, name });
    if ('crashed' in answer) throw new Error(`the library was stopped: ${answer.crashed}`);
    return answer.array;
  } catch (error) {
    if (isDuetError(error)) throw error;
    throw new DuetError(`The HDF5 file "${path}" cannot be used (${firstLine(error)}); get a fresh copy.`);
  } finally {
    pool.close();
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]!;
}
