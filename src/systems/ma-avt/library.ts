// `duet-av/systems/ma-avt`: MA-AVT with its settings, recipes and types.
export {
  type ClipResult,
  clipResultSchema,
  type ResultOptions,
  resultOptionsSchema,
  type WindowAnswer,
} from './answer.ts';
export { recipes } from './recipes.ts';
export { type ModelOptions, modelOptionsSchema } from './settings.ts';
export { maAvtSystem } from './system.ts';
export { type RecipeName, type TrainingConfig, trainingConfigSchema } from './training-config.ts';
