// A runtime with the packages' own types, for the files that call it. None of them may be in a type that Duet exports.
import type { InferenceSessionFactory, TensorConstructor } from 'onnxruntime-common';
import type { OnnxRuntime } from './onnx-runtime.ts';

type TypedRuntime = { readonly InferenceSession: InferenceSessionFactory; readonly Tensor: TensorConstructor };

export function typedRuntime(runtime: OnnxRuntime): TypedRuntime {
  return runtime as unknown as TypedRuntime;
}
