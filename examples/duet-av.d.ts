// The package's types straight from the sources, so that `npm run check` reads the examples before anything is built.
declare module 'duet-av' {
  type Duet = typeof import('../src/index.ts');
  export const openClassifier: Duet['openClassifier'];
  export const openMedia: Duet['openMedia'];
  export const recipes: Duet['recipes'];
  export const timelineEvents: Duet['timelineEvents'];
  export const train: Duet['train'];
}

declare module 'duet-av/core' {
  type Core = typeof import('../src/core.ts');
  export const frontEnds: Core['frontEnds'];
  export const resize: Core['resize'];
  export type FrontEndName = import('../src/core.ts').FrontEndName;
}
