// What `verify` takes of AVFF: recorded runs of the network.
import type { Golden } from '../system.ts';
import { isGoldenRun, readGoldenRun } from './golden.ts';

export const referenceRuns: Golden = {
  reads: isGoldenRun,
  // Loaded where it is asked for: comparing brings training along.
  async compare(bytes, name, openSession) {
    const { compareGoldenRun } = await import('./compare-golden.ts');
    return compareGoldenRun(readGoldenRun(bytes, name), openSession);
  },
};
