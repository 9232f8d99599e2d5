// `duet-av/systems/avff-light`: the light detector after AVFF with its settings, recipes and types.
export { type LightResult, lightResultSchema, type WindowAnswer } from './result.ts';
export { type LightSettings, lightRecipes, lightSettingsSchema } from './settings.ts';
export { authenticSystem } from './system.ts';
