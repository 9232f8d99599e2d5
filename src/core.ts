// The part of Duet that runs unchanged in Node and in a browser: the engine, the model and the signal front ends.
export { differentiate, pullBack } from './graph/differentiate.ts';
export { type EncodedGraph, encodeOnnx } from './graph/encode-onnx.ts';
export * as functions from './graph/functions.ts';
export { constant, input, type Shape, type Tensor, type TensorData } from './graph/tensor.ts';
export { frozenWeights } from './model/frozen-weights.ts';
export { type OnnxRuntime, openSession, type Provider, type Session, type SessionOptions } from './runtime/session.ts';
export { type FrontEnd, type FrontEndName, frontEnds } from './signal/front-ends.ts';
export type { Picture } from './signal/picture.ts';
export { resample } from './signal/resample.ts';
export { resize } from './signal/resize.ts';
export type { Waveform } from './signal/waveform.ts';
export { initialParameters } from './systems/ma-avt/initialise.ts';
export {
  type MaAvtInputs,
  type MaAvtLosses,
  type MaAvtOutputs,
  type MaAvtTargets,
  maAvt,
  maAvtLosses,
} from './systems/ma-avt/model.ts';
export {
  type MaAvtConfig,
  type ModelOptions,
  modelOptionsSchema,
  trainableParameters,
} from './systems/ma-avt/settings.ts';
export { type BackboneFile, type BackboneOptions, parseBackbone } from './weights/backbone.ts';
