// `duet-av/web`: the part of Duet that runs unchanged in Node and in a browser: the engine, the systems, and training and prediction
// over media and storage that the caller opens.
export type { Feed } from './data/feed.ts';
export { openStoredFeed, type StoredFeedOptions } from './data/stored-feed.ts';
export type { Media } from './media/media.ts';
export { openMediaSource } from './media/open-media-source.ts';
export { frozenWeights } from './model/frozen-weights.ts';
export { binaryCrossEntropy, crossEntropy, infoNce } from './model/losses.ts';
export type { Model, Stage } from './model/model.ts';
export { type Owned, owned } from './owned.ts';
export { type Adapter, adapterFilesOf, fitAdapter } from './run/adapter.ts';
export { type EvaluatedRun, type EvaluateRunOptions, evaluateRun } from './run/evaluate.ts';
export { type FetchAdapterOptions, fetchAdapter } from './run/fetch-adapter.ts';
export type { Place } from './run/place.ts';
export { openPrediction, type PredictedWindow, type Prediction, type PredictionOptions } from './run/predict.ts';
export { freshRun, type RunEvent, type RunOptions, type RunOutcome, restoredRun, trainRun } from './run/train.ts';
export type { OnnxRuntime } from './runtime/onnx-runtime.ts';
export {
  type OpenSession,
  openSession,
  type Provider,
  type Session,
  type SessionOptions,
  sessionOpener,
} from './runtime/session.ts';
export { type FrontEnd, type FrontEndName, frontEnds } from './signal/front-ends.ts';
export type { Picture } from './signal/picture.ts';
export { resample } from './signal/resample.ts';
export { resize } from './signal/resize.ts';
export type { Waveform } from './signal/waveform.ts';
export {
  allSystems,
  type ChosenRecipe,
  type ResultOf,
  recipeNamed,
  recipeNames,
  type SystemName,
  upgradeAdapter,
} from './systems/registry.ts';
export type { OpenSystem, System, SystemSettings } from './systems/system.ts';
export {
  clipGradients,
  createOptimiserState,
  defaultOptimiser,
  type OptimiserSettings,
  type OptimiserState,
  optimiserStep,
  type Parameters,
} from './train/optimiser.ts';
export { type AdapterFiles, decodeAdapter, encodeAdapter } from './weights/adapter-files.ts';
export { type BackboneFile, type BackboneOptions, parseBackbone } from './weights/backbone.ts';
