import { expect, test } from 'vitest';
import { DuetError } from '../../../src/errors.ts';
import { plainErrors, problemOf } from './plain-error.ts';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

test.each([
  ['user', new DuetError('clip.mp4 has no sound; choose another file.')],
  // As Chromium, V8 and ONNX Runtime word them.
  ['memory', new RangeError('Array buffer allocation failed')],
  ['memory', new Error("Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc")],
  ['memory', new WebAssembly.RuntimeError('memory access out of bounds')],
  ['GPU', new DuetError('The provider "webgpu" cannot be used here (Failed to get GPU adapter); compute on the CPU.')],
  ['GPU', new Error('WebGPU device lost (1): Device was destroyed.')],
  ['storage', named('QuotaExceededError', 'The current transaction exceeded its quota limitations.')],
  ['fault', new TypeError('x is undefined')],
] as const)('it is a problem of kind "%s": %s', (kind, error) => {
  expect(problemOf(error).kind).toBe(kind);
});

test('an error keeps its kind and its words on the way from a worker', async () => {
  const worker = plainErrors({
    fail: () => Promise.reject(new DuetError('The zip file is damaged; get a fresh copy.')),
  });
  const error = await worker.fail().catch((thrown: unknown) => thrown);
  // What comlink sends of it.
  const { name, message } = error as Error;
  expect(problemOf(Object.assign(new Error(message), { name }))).toEqual({
    kind: 'user',
    message: 'The zip file is damaged; get a fresh copy.',
  });
});
