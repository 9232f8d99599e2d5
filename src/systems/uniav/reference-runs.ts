// What `verify` takes: recorded runs of the network, and of what follows it.
import { readSafetensors } from '../../files/safetensors.ts';
import type { Golden } from '../system.ts';
import { compareGoldenRun } from './compare-golden.ts';
import { comparePost } from './compare-post.ts';
import { readGoldenRun } from './golden.ts';

export const referenceRuns: Golden = {
  // The levels' ranges of lengths, which both forms state and no other system's.
  reads: ({ config = '' }) => /"ranges"/.test(config),
  async compare(bytes, name, openSession) {
    const file = readSafetensors(bytes, name);
    return /"cases"/.test(file.metadata.config ?? '')
      ? comparePost(file, name)
      : compareGoldenRun(readGoldenRun(file, name), openSession);
  },
};
