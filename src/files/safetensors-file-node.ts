// A safetensors file whose tensors stay in it until they are asked for.
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DuetError } from '../errors.ts';
import { readError } from './file-error.ts';
import { readTensors, type SafetensorsFile } from './safetensors.ts';

/**
 * Opens a safetensors file, reading its header only. The file must stay as it is while its tensors are in use.
 * `name` is what error messages call the file. Anything but a whole, consistent file is a DuetError.
 */
export function openSafetensors(path: string, name = path): SafetensorsFile {
  // ONNX Runtime maps no file through a link, and the Hugging Face cache is made of links.
  const [file, byteLength] = explained(path, () => [realpathSync(path), statSync(path).size] as const);
  const [folder, fileName] = [dirname(file), basename(file)];
  const read = (begin: number, end: number) => explained(path, () => readRange(file, begin, end));
  return readTensors({ byteLength, read, locate: (offset) => ({ folder, file: fileName, offset }) }, name);
}

function readRange(path: string, begin: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - begin);
  const file = openSync(path, 'r');
  try {
    for (let filled = 0; filled < bytes.length; ) {
      const count = readSync(file, bytes, filled, bytes.length - filled, begin + filled);
      if (count === 0) throw new DuetError(`${path} became shorter while it was in use; get a fresh copy of it.`);
      filled += count;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function explained<Value>(path: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw readError(path, error);
  }
}
