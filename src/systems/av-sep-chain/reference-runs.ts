// What `verify` takes of AVSepChain: recorded runs of either form, and metrics of separated sound.
import type { Golden } from '../system.ts';

export const referenceRuns: Golden = {
  reads: ({ config = '', estimates }) => estimates !== undefined || /"(perceptionBlocks|conditionWidth)"/.test(config),
  // Loaded where it is asked for: comparing brings training along.
  async compare(bytes, name, openSession) {
    const { compareGolden } = await import('./compare-golden.ts');
    return compareGolden(bytes, name, openSession);
  },
};
