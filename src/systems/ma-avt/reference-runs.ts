// What `verify` takes of MA-AVT: recorded runs of the network.
import type { Golden } from '../system.ts';

export const referenceRuns: Golden = {
  // The files of other systems name theirs.
  reads: ({ config = '' }) => !/"system"\s*:/.test(config),
  // Loaded where it is asked for: comparing brings training along.
  async compare(bytes, name, openSession) {
    const [{ compareGoldenRun }, { readGoldenRun }] = [
      await import('./compare-golden.ts'),
      await import('./golden.ts'),
    ];
    return compareGoldenRun(readGoldenRun(bytes, name), openSession);
  },
};
