// What of ONNX Runtime is used; both npm packages have it.
import type { InferenceSessionFactory, TensorConstructor } from 'onnxruntime-common';

export type OnnxRuntime = { readonly InferenceSession: InferenceSessionFactory; readonly Tensor: TensorConstructor };
