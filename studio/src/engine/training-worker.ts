// Training beside the page, one thing after another.
import { expose } from 'comlink';
import { DuetError } from '../../../src/errors.ts';
import type { CurvesShown } from '../../../src/report/shown.ts';
import { runFiles } from '../../../src/run/place.ts';
import { recipeNamed } from '../../../src/systems/registry.ts';
import { type EpochRecord, progressOf } from '../../../src/train/checkpoint.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';
import {
  readValue,
  type StoredAdapter,
  type StoredBackbone,
  type StoredChoice,
  type StoredRun,
} from '../storage/database.ts';
import { runPlace } from '../storage/run-place.ts';
import type { StoredClip } from '../storage/stored-example.ts';
import { openStoredAdapter } from './adapter.ts';
import { type BackboneFacts, backboneFacts, openStoredBackbone, parseStoredBackbone } from './backbone.ts';
import { type Compute, type ComputePreference, openCompute } from './compute.ts';
import { type Inspection, inspectClips } from './inspection.ts';
import { keptFeatures, keptStageOf } from './kept-feature-cache.ts';
import { plainErrors } from './plain-error.ts';
import { curvesOf, type TrainingUpdate, trainingRun } from './training-run.ts';

export type Course = { readonly history: readonly EpochRecord[]; readonly curves: readonly CurvesShown[] };

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

/** Classes to open a system with before there are any: the features of an untrained model do not depend on them. */
const placeholders = ['one class', 'another class'] as const;

const worker = plainErrors({
  /** What the chosen backbone is. */
  async backbone(): Promise<BackboneFacts> {
    return backboneFacts(await openedBackbone(), await readValue('choice'));
  },

  /** The same with another choice of settings, or throws what is wrong with it. */
  async chosen(choice: StoredChoice): Promise<BackboneFacts> {
    return backboneFacts(await openedBackbone(), choice);
  },

  /** Says what files of a backbone hold, or throws what is wrong with them. */
  async checkBackbone(stored: StoredBackbone): Promise<BackboneFacts> {
    return backboneFacts(await parseStoredBackbone(stored), await readValue('choice'));
  },

  /** Computes untrained features ahead of need; ends early when training is asked for. */
  warm(ids: readonly string[], preference: ComputePreference): Promise<void> {
    const { signal } = stopping;
    return inTurn(async () => {
      if (signal.aborted) return;
      const known = { labels: placeholders, backbone: await openedBackbone() };
      const { settings } = (await backboneFacts(known.backbone, await readValue('choice'))).intake;
      const { system } = await recipeNamed(settings.recipe);
      const open = system.open(settings, known);
      const stage = keptStageOf(open);
      if (!stage) return;
      const clips = ids.map((id) => ({ id, label: placeholders[0], split: 'train' as const }));
      const options = { clips, open, stage, settings, known, compute: await opened(preference), signal };
      await keptFeatures({ ...options, onProgress: () => undefined }).catch((error: unknown) => {
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

  /** What a stored run has come to, and its curves. */
  async courseOf({ settings }: StoredRun): Promise<Course | undefined> {
    const bytes = await runPlace.read(runFiles.checkpoint);
    const progress = bytes && progressOf(bytes);
    return (
      progress && { history: progress.history, curves: curvesOf((await recipeNamed(settings.recipe)).system, progress) }
    );
  },

  async stop(): Promise<void> {
    stopping.abort();
    stopping = new AbortController();
    await last;
  },

  inspect(
    files: StoredAdapter,
    clips: readonly Omit<StoredClip, 'split'>[],
    preference: ComputePreference,
    onProgress: (done: number, total: number) => void,
  ): Promise<Inspection> {
    return inTurn(async () =>
      inspectClips({ adapter: await openStoredAdapter(files), clips, compute: await opened(preference), onProgress }),
    );
  },

  /** The whole model as one ONNX file. @throws DuetError for a system that has none. */
  async exportOnnx(files: StoredAdapter): Promise<Uint8Array> {
    const { open, tensors } = await openStoredAdapter(files);
    if (!open.exported) throw new DuetError('A model of this system cannot be written as one ONNX file.');
    return (await open.exported(tensors)).bytes;
  },
});

export type TrainingWorker = typeof worker;
expose(worker);
