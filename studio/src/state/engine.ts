// The page's workers, each started when it is first needed.
import { type Remote, wrap } from 'comlink';
import type { MediaWorker } from '../engine/media-worker.ts';
import type { TrainingWorker } from '../engine/training-worker.ts';
import type { WatchingWorker } from '../engine/watching-worker.ts';

type Started<Functions> = { readonly worker: Worker; readonly remote: Remote<Functions> };

let media: Started<MediaWorker> | undefined;
let training: Started<TrainingWorker> | undefined;
let watching: Started<WatchingWorker> | undefined;

function started<Functions>(worker: Worker): Started<Functions> {
  return { worker, remote: wrap<Functions>(worker) };
}

export function mediaWorker(): Remote<MediaWorker> {
  media ??= started(
    new Worker(new URL('../engine/media-worker.ts', import.meta.url), { type: 'module', name: 'media' }),
  );
  return media.remote;
}

export function trainingWorker(): Remote<TrainingWorker> {
  training ??= started(
    new Worker(new URL('../engine/training-worker.ts', import.meta.url), { type: 'module', name: 'training' }),
  );
  return training.remote;
}

export function watchingWorker(): Remote<WatchingWorker> {
  watching ??= started(
    new Worker(new URL('../engine/watching-worker.ts', import.meta.url), { type: 'module', name: 'watching' }),
  );
  return watching.remote;
}

/** Ends the training worker, and gives its memory back; the next call starts another. */
export function restartTrainingWorker(): void {
  training?.worker.terminate();
  training = undefined;
}

export function restartWatchingWorker(): void {
  watching?.worker.terminate();
  watching = undefined;
}
