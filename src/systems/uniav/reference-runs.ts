// What `verify` takes: recorded runs of the network, and of what follows it.
import { readSafetensors } from '../../files/safetensors.ts';
import type { Golden } from '../system.ts';

export const referenceRuns: Golden = {
  // The levels' ranges of lengths, which both forms state and no other system's.
  reads: ({ config = '' }) => /"ranges"/.test(config),
  // Loaded where it is asked for: comparing brings training along.
  async compare(bytes, name, openSession) {
    const file = readSafetensors(bytes, name);
    if (/"cases"/.test(file.metadata.config ?? '')) return (await import('./compare-post.ts')).comparePost(file, name);
    const [{ compareGoldenRun }, { readGoldenRun }] = [
      await import('./compare-golden.ts'),
      await import('./golden.ts'),
    ];
    return compareGoldenRun(readGoldenRun(file, name), openSession);
  },
};
