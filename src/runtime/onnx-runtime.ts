// What of ONNX Runtime a caller hands over; both npm packages have it.

/**
 * `onnxruntime-node` or `onnxruntime-web`, as `import * as ort` gives it. Only its outline: the packages' own types take
 * a browser's for granted, which a program in Node has not.
 */
export type OnnxRuntime = {
  readonly InferenceSession: {
    /** Loads a model from its bytes. */
    create(model: Uint8Array, options?: object): Promise<object>;
  };
  readonly Tensor: abstract new (...parameters: never) => object;
};
