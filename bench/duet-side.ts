// Duet as a measured process.
import { nodeSessions } from '../src/runtime/session-node.ts';
import { precisionOf, prepareJob } from './duet-jobs.ts';
import { openInt8Product } from './int8-product.ts';
import { serve } from './protocol.ts';

await serve(async (job, threads, variant) => ({
  run:
    job.kind === 'product' && variant.includes('int8')
      ? await openInt8Product(job, threads)
      : await prepareJob(job, nodeSessions({ threads, ...precisionOf(variant) }), variant),
  version: `Node ${process.versions.node}`,
}));
