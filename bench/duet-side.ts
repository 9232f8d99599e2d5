// Duet as a measured process.
import { nodeSessions } from '../src/runtime/node.ts';
import { prepareJob } from './duet-jobs.ts';
import { serve } from './protocol.ts';

await serve(async (job, threads) => ({
  run: await prepareJob(job, nodeSessions({ threads })),
  version: `Node ${process.versions.node}`,
}));
