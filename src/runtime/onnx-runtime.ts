// What of ONNX Runtime is used; both npm packages have it.
import type { InferenceSessionFactory, TensorConstructor } from 'onnxruntime-common';

/** `onnxruntime-node` or `onnxruntime-web`, as `import * as ort` gives it. */
export type OnnxRuntime = { readonly InferenceSession: InferenceSessionFactory; readonly Tensor: TensorConstructor };
