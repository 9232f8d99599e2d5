// Numbers out of HDF5 files, by the HDF5 library in this process; see hdf5-node.ts.
import { DuetError, messageOf } from '../../errors.ts';

export type Hdf5Array = { readonly shape: readonly number[]; readonly values: ArrayLike<number> };

/** A data set of numbers, row by row. Throws DuetError where the library cannot read it. */
export async function hdf5Numbers(path: string, name: string): Promise<Hdf5Array> {
  // 15 MB of WebAssembly that only one data set needs.
  const { File, Dataset, ready } = await import('h5wasm/node');
  // Else the library prints its stack on the terminal; so it throws it.
  (await ready).activate_throwing_error_handler();
  let file: InstanceType<typeof File> | undefined;
  try {
    file = new File(path, 'r');
    const entry = file.get(name);
    if (!(entry instanceof Dataset) || entry.shape === null) throw new DuetError(`it has no numbers named "${name}"`);
    const values = entry.value;
    if (!ArrayBuffer.isView(values)) throw new DuetError(`its "${name}" are not numbers`);
    return { shape: entry.shape, values: Float64Array.from(values as unknown as ArrayLike<number | bigint>, Number) };
  } catch (error) {
    throw new DuetError(`The HDF5 file "${path}" cannot be used (${reasonOf(error)}); get a fresh copy.`);
  } finally {
    file?.close();
  }
}

/** The innermost line of the library's stack. */
function reasonOf(error: unknown): string {
  const lines = [...messageOf(error).matchAll(/\(\): (.+)/g)];
  return lines.at(-1)?.[1] ?? messageOf(error);
}
