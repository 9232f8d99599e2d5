// `duet-av/systems/avff`: the full AVFF with its settings, recipes and types.
export { type AvffAnswer, type AvffResult, avffResultSchema } from './result.ts';
export { type AvffSettings, avffRecipes, avffSettingsSchema } from './settings.ts';
export { avffSystem } from './system.ts';
