// Training beside the page, one thing after another.
import { expose } from 'comlink';
import { fitAdapter } from '../../../src/systems/ma-avt/adapter.ts';
import { exportGraph } from '../../../src/systems/ma-avt/export.ts';
import { recipes } from '../../../src/systems/ma-avt/recipes.ts';
import { decodeAdapter } from '../../../src/weights/adapter-files.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';
import { type AdapterFiles, readValue, type StoredBackbone, type StoredRun } from '../storage/database.ts';
import type { StoredClip } from '../storage/stored-example.ts';
import { type BackboneFacts, backboneFacts, openStoredBackbone, parseStoredBackbone } from './backbone.ts';
import { type Compute, type ComputePreference, openCompute } from './compute.ts';
import { headFeatures } from './head-feature-cache.ts';
import { type Inspection, inspectClips } from './inspection.ts';
import { plainErrors } from './plain-error.ts';
import { type TrainingUpdate, trainingRun } from './training-run.ts';

let compute: Promise<Compute> | undefined;
let backbone: Promise<Backbone> | undefined;
let stopping = new AbortController();
let last: Promise<unknown> = Promise.resolve();

/** One session computes at a time. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}

const opened = (preference: ComputePreference) => {
  compute ??= openCompute(preference);
  return compute;
};
const openedBackbone = () => {
  backbone ??= openStoredBackbone();
  return backbone;
};

async function openedAdapter(files: AdapterFiles) {
  const parsed = decodeAdapter(JSON.parse(files.config), files.model, 'The adapter', 'its model file');
  const ofSize = await openStoredBackbone(parsed.config.image_size);
  return { adapter: fitAdapter(parsed, ofSize, 'The adapter'), backbone: ofSize };
}

const worker = plainErrors({
  /** What the chosen backbone is. */
  async backbone(): Promise<BackboneFacts> {
    return backboneFacts(await openedBackbone());
  },

  /** Says what files of a backbone hold, or throws what is wrong with them. */
  async checkBackbone(stored: StoredBackbone): Promise<BackboneFacts> {
    return backboneFacts(await parseStoredBackbone(stored));
  },

  /** Computes untrained features ahead of need; ends early when training is asked for. */
  warm(ids: readonly string[], preference: ComputePreference): Promise<void> {
    const { signal } = stopping;
    return inTurn(async () => {
      if (signal.aborted) return;
      const options = {
        ids,
        backbone: await openedBackbone(),
        training: recipes.duet,
        compute: await opened(preference),
      };
      await headFeatures({ ...options, signal, onProgress: () => undefined }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    });
  },

  /** Trains until it is done or stopped. @param budget seconds, for a run that begins. */
  async train(
    run: StoredRun,
    budget: number | undefined,
    preference: ComputePreference,
    onUpdate: (update: TrainingUpdate) => void,
  ): Promise<void> {
    stopping.abort();
    stopping = new AbortController();
    const { signal } = stopping;
    await inTurn(async () => {
      const saved = await readValue('run');
      const kept = saved?.startedAt === run.startedAt ? saved : run;
      await trainingRun({
        run: kept,
        budget,
        backbone: await openedBackbone(),
        compute: await opened(preference),
        signal,
        onUpdate,
      });
    });
  },

  async stop(): Promise<void> {
    stopping.abort();
    stopping = new AbortController();
    await last;
  },

  inspect(
    files: AdapterFiles,
    clips: readonly Omit<StoredClip, 'split'>[],
    preference: ComputePreference,
    onProgress: (done: number, total: number) => void,
  ): Promise<Inspection> {
    return inTurn(async () => {
      const options = {
        ...(await openedAdapter(files)),
        clips,
        training: recipes.duet,
        compute: await opened(preference),
        onProgress,
      };
      return inspectClips(options);
    });
  },

  /** The whole model as one ONNX file. */
  async exportOnnx(files: AdapterFiles): Promise<Uint8Array> {
    return exportGraph(await openedAdapter(files)).bytes;
  },
});

export type TrainingWorker = typeof worker;
expose(worker);
