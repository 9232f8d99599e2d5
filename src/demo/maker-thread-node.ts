// What one thread of makers.ts runs.
import { parentPort } from 'node:worker_threads';
import type { ClipKeys } from './clip.ts';
import { makeClip } from './make-clip.ts';

// A rejection ends the thread, and reaches its owner as the thread's error.
parentPort?.on('message', async (keys: ClipKeys) => {
  parentPort?.postMessage(await makeClip(keys));
});
