// `duet-av/systems/uniav`: UniAV's light localiser with its settings, recipes and types.
export type { LocaliserAnswer } from './localiser.ts';
export { type EventsOptions, type EventsResult, eventsOptionsSchema, eventsResultSchema } from './result.ts';
export { type EventsSettings, eventsRecipes, eventsSettingsSchema } from './settings.ts';
export { uniavSystem } from './system.ts';
