// Whether this CPU adds up products of 8 bits exactly. Those without VNNI instructions add two of them in 16
// bits, and clip the sum.
import { encodeOnnx } from '../graph/encode-onnx.ts';
import { matMulIntegerToFloat } from '../graph/functions.ts';
import { constant, filled, input } from '../graph/tensor.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import { typedRuntime } from './typed-runtime.ts';

const inner = 64;
const limits = new WeakMap<OnnxRuntime, Promise<number>>();

/** The largest weight with which products stay exact: 127, or 63, with which two of them fit 16 bits. Measured once. */
export function largestExactWeight(runtime: OnnxRuntime): Promise<number> {
  const known = limits.get(runtime) ?? measure(runtime);
  limits.set(runtime, known);
  return known;
}

async function measure(runtime: OnnxRuntime): Promise<number> {
  const weight = constant(new Int8Array(inner * inner).fill(127), [inner, inner]);
  const y = matMulIntegerToFloat(
    input('x', [1, inner], 'uint8'),
    weight,
    filled(1, [inner], 'float32'),
    constant(Uint8Array.of(0), []),
  );
  const ort = typedRuntime(runtime);
  const session = await ort.InferenceSession.create(encodeOnnx({ y }).bytes, {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  try {
    const results = await session.run({ x: new ort.Tensor('uint8', new Uint8Array(inner).fill(255), [1, inner]) });
    return (results.y!.data as Float32Array).every((value) => value === 255 * 127 * inner) ? 127 : 63;
  } finally {
    await session.release();
  }
}
