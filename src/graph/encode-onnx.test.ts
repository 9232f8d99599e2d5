import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { expect, test } from 'vitest';
import { encodeOnnx } from './encode-onnx.ts';
import * as f from './functions.ts';
import { constant, input, storedConstant } from './tensor.ts';

test('the bytes are those that protobuf’s own writer gives, large constants and linked ones included', () => {
  const large = constant(
    Float32Array.from({ length: 90_000 }, (_, index) => index),
    [300, 300],
  );
  const stored = { folder: '/weights', file: 'model.safetensors', offset: 8 };
  const linked = storedConstant({ shape: [20, 20], data: new Float32Array(400) }, stored, 'linked');
  const sums = f.sum(f.matMul(input('x', [1, 300]), large), [1]);
  const outputs = { sums, products: f.matMul(input('y', [1, 20]), linked) };
  const { bytes } = encodeOnnx(outputs, { metadata: { classes: '["a"]' }, linkStored: true });
  expect(bytes.byteLength).toBeGreaterThan(large.shape[0]! * large.shape[1]! * 4);
  const message = fromBinary(ModelProtoSchema, bytes);
  expect(Buffer.compare(toBinary(ModelProtoSchema, message), bytes)).toBe(0);
  const named = message.graph!.initializer.find(({ name }) => name === 'linked')!;
  expect([named.rawData.length, named.externalData.length]).toEqual([0, 3]);
});
