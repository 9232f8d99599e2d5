// Threads that make clips.
import { Worker } from 'node:worker_threads';
import type { ClipKeys } from './clip.ts';
import { type MadeClip, makeClip } from './make-clip.ts';

/** Makes one clip at a time. */
export type Maker = { make(keys: ClipKeys): Promise<MadeClip>; close(): Promise<void> };

export function openMakers(count: number): Maker[] {
  // Node's threads run no TypeScript: from the sources, the clips are made here.
  if (import.meta.url.endsWith('.ts')) return [{ make: makeClip, close: async () => {} }];
  return Array.from({ length: count }, openThread);
}

function openThread(): Maker {
  const worker = new Worker(new URL('./maker-thread-node.js', import.meta.url));
  let settle: { resolve(clip: MadeClip): void; reject(error: Error): void } | undefined;
  let failure: Error | undefined;
  worker.on('message', (clip: MadeClip) => settle?.resolve(clip));
  worker.on('error', (error: Error) => {
    failure = error;
    settle?.reject(error);
  });
  return {
    make: (keys) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        settle = { resolve, reject };
        worker.postMessage(keys);
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
