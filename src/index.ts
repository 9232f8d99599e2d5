// `duet-av`: what a program in Node uses. `duet-av/web` is the part that also runs in a browser.
export type { Batch } from './data/batch.ts';
export { type CheckDataOptions, checkData, type DataCheck } from './data/check-data-node.ts';
export {
  type ClassLabel,
  type Dataset,
  type Example,
  type LayoutName,
  layoutNames,
  type Split,
} from './data/dataset.ts';
export type { Intake } from './data/intake.ts';
export { type OpenDatasetOptions, openDataset } from './data/open-dataset-node.ts';
export { type Feed, type OpenFeedOptions, openFeed } from './data/open-feed-node.ts';
export type { InputSettings } from './data/settings.ts';
export { generateDemoData } from './demo/generate-node.ts';
export { DuetError, isDuetError } from './errors.ts';
export { type TimelineEvent, timelineEvents } from './infer/timeline.ts';
export type { Media, MediaReference } from './media/media.ts';
export { openMedia } from './media/open-media-node.ts';
export { openReference } from './media/open-reference-node.ts';
export type { ParameterCounts } from './model/parameters.ts';
export { type Owned, owned } from './owned.ts';
export type { Adapter } from './run/adapter.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './run/evaluate-node.ts';
export {
  type ExperimentEvent,
  type ExperimentOptions,
  experiment,
  planExperiment,
} from './run/experiment/experiment-node.ts';
export type { ExperimentResult } from './run/experiment/summary.ts';
export { type IndexUpdate, type IndexVideosOptions, indexVideos } from './run/index-node.ts';
export { type Localisation, type LocaliseOptions, localise } from './run/localise-node.ts';
export { type OpenAdapterOptions, openAdapter } from './run/open-adapter-node.ts';
export {
  type FilePredictor,
  openFilePredictor,
  type PredictedWindow,
  type PredictOptions,
  type PredictorOptions,
} from './run/predict-node.ts';
export { type FoundMoment, type FoundMoments, type SearchIndexOptions, searchIndex } from './run/search-node.ts';
export { type TrainEvent, type TrainOptions, type TrainResult, train } from './run/train-node.ts';
export { type Verification, type VerifiedGroup, verifyFile } from './run/verify-node.ts';
export type { OpenSession, Session, SessionOptions } from './runtime/session.ts';
export { nodeSessions } from './runtime/session-node.ts';
export {
  allSystems,
  type ChosenRecipe,
  type ResultOf,
  recipeNamed,
  recipeNames,
  type SystemName,
} from './systems/registry.ts';
export type { System, SystemSettings } from './systems/system.ts';
export type { Backbone, BackboneConfig } from './weights/backbone.ts';
export { openBackbone } from './weights/open-backbone-node.ts';
