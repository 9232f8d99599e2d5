// `duet-av/systems/av-sep-chain`: AVSepChain's light extraction with its settings, recipes and types.
export { type ExtractAnswer, type ExtractResult, extractResultSchema } from './answer.ts';
export { type ExtractSettings, extractRecipes, extractSettingsSchema } from './extract-settings.ts';
export { avSepChainSystem } from './system.ts';
