// `duet-av/systems/av-sep-chain-filterbank`: AVSepChain's published form with its settings, recipes and types.
export { type ExtractAnswer, type ExtractResult, extractResultSchema } from './answer.ts';
export { type ChainSettings, chainRecipes, chainSettingsSchema } from './chain-settings.ts';
export { speechChainSystem } from './chain-system.ts';
