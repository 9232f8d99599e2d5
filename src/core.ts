// The part of Duet that runs unchanged in Node and in a browser: the engine, the model and the signal front ends.
export { trainableParameters } from './systems/ma-avt/parameters.ts';
export { type MaAvtConfig, type ModelOptions, modelOptionsSchema } from './systems/ma-avt/settings.ts';
export { type BackboneFile, type BackboneOptions, parseBackbone } from './weights/backbone.ts';
