// `duet-av/systems/vlsa-search`: search by words, sounds and pictures with its settings, recipes and types.
export { type SearchResult, searchResultSchema } from './result.ts';
export { type SearchSettings, searchRecipes, searchSettingsSchema } from './settings.ts';
export { searchSystem } from './system.ts';
export type { SearchAnswer } from './vectors.ts';
