// Everything a program in Node may use. `duet-av/core` is the part that also runs in a browser.
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
export { generateDemoData } from './demo/generate.ts';
export { DuetError, isDuetError } from './errors.ts';
export { type ExperimentEvent, type ExperimentOptions, experiment, planExperiment } from './experiment/experiment.ts';
export type { ExperimentResult } from './experiment/summary.ts';
export {
  type Classifier,
  type ClassifierOptions,
  openClassifier,
  type PredictOptions,
  type WindowPrediction,
} from './infer/classifier.ts';
export { openAdapter } from './infer/open-adapter-node.ts';
export { type TimelineEvent, timelineEvents } from './infer/timeline.ts';
export type { Media, MediaReference } from './media/media.ts';
export { openMedia } from './media/open-media-node.ts';
export { openReference } from './media/open-reference-node.ts';
export type { ParameterCounts } from './model/parameters.ts';
export { type Verification, type VerifiedGroup, verifyFile } from './run/verify-node.ts';
export type { Adapter } from './systems/ma-avt/adapter.ts';
export { exportGraph } from './systems/ma-avt/export.ts';
export { recipes } from './systems/ma-avt/recipes.ts';
export type { RecipeName, TrainingConfig } from './systems/ma-avt/training-config.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './train/evaluate.ts';
export { type Localisation, type LocaliseOptions, localise } from './train/localise.ts';
export { type TrainEvent, type TrainOptions, type TrainResult, train } from './train/train.ts';
export type { Backbone, BackboneConfig } from './weights/backbone.ts';
export { openBackbone } from './weights/open-backbone-node.ts';
