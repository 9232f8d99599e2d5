// What `verify` takes of VLSA: recorded runs of the model, of its sound front end, and of the metrics of retrieval.
import { readSafetensors } from '../../files/safetensors.ts';
import type { Golden } from '../system.ts';

type Metadata = Readonly<Record<string, string>>;

export const referenceRuns: Golden = {
  reads: (metadata) => isRun(metadata) || isFrontEnd(metadata) || isRetrieval(metadata),
  // Loaded where it is asked for: comparing brings training along.
  async compare(bytes, name, openSession) {
    const { metadata } = readSafetensors(bytes, name);
    const golden = await import('./compare-golden.ts');
    if (isRetrieval(metadata)) return golden.compareRetrieval(bytes, name);
    if (isFrontEnd(metadata)) return golden.compareFrontEnd(bytes, name);
    const { readGoldenRun } = await import('./golden.ts');
    return golden.compareRun(readGoldenRun(bytes, name), openSession);
  },
};

function isRun({ config = '' }: Metadata): boolean {
  return config.includes('"globalInputs"');
}

function isFrontEnd({ config = '' }: Metadata): boolean {
  return config.includes('"floor"') && config.includes('"rows"');
}

function isRetrieval({ expected = '' }: Metadata): boolean {
  return expected.includes('"medianRank"');
}
