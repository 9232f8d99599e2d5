// A training run in the page: the one of src/run/train.ts over the browser's storage, within the time that is asked for.
import { evenBatchSize } from '../../../src/data/batch.ts';
import type { Json } from '../../../src/data/intake.ts';
import type { CurvesShown } from '../../../src/report/shown.ts';
import { type Place, runFiles } from '../../../src/run/place.ts';
import { freshRun, type RunEvent, restoredRun, trainRun } from '../../../src/run/train.ts';
import { recipeNamed } from '../../../src/systems/registry.ts';
import type { Known, System } from '../../../src/systems/system.ts';
import { type EpochRecord, encodeCheckpoint, type RunProgress } from '../../../src/train/checkpoint.ts';
import { adapterConfigFile, adapterModelFile } from '../../../src/weights/adapter-files.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';
import { type StoredAdapter, type StoredRun, writeValue } from '../storage/database.ts';
import { runPlace } from '../storage/run-place.ts';
import type { Compute } from './compute.ts';
import { planWithin } from './epochs-in-time.ts';
import { storedKeptRows } from './kept-feature-cache.ts';
import { feedOfStored } from './stored-clips.ts';

export type TrainingUpdate =
  | { readonly kind: 'features' | 'heads'; readonly done: number; readonly total: number }
  | { readonly kind: 'preparing' }
  | {
      readonly kind: 'model';
      readonly files: StoredAdapter;
      readonly epoch: number;
      readonly accuracy: number | undefined;
    }
  | { readonly kind: 'training'; readonly epoch: number; readonly epochs: number }
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly seconds: number;
    }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly curves: readonly CurvesShown[] }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'run'; readonly run: StoredRun };

export type TrainingRunOptions = {
  readonly run: StoredRun;
  /**
   * Seconds that training may take after the first model; the number of epochs follows from it. Undefined for a run
   * that goes on.
   */
  readonly budget: number | undefined;
  readonly backbone: Backbone;
  readonly compute: Compute;
  readonly signal: AbortSignal;
  readonly onUpdate: (update: TrainingUpdate) => void;
};

/** Between two saves within an epoch, in milliseconds. */
const saveInterval = 10_000;

/**
 * Trains, or goes on training, until it is done or stopped. What there is of the run is always in the browser's
 * storage.
 */
export async function trainingRun(options: TrainingRunOptions): Promise<void> {
  const { backbone, compute, signal, onUpdate } = options;
  let run: StoredRun = { ...options.run, state: 'running', provider: compute.name };
  const { classes: labels, examples: clips, settings } = run;
  const { system } = await recipeNamed(settings.recipe);
  const known: Known = { labels, backbone };
  const open = system.open(settings, known);
  const began = performance.now();
  const elapsed = () => options.run.seconds + secondsSince(began);
  const keep = async (changes: Partial<StoredRun>) => {
    run = { ...run, ...changes, seconds: elapsed() };
    onUpdate({ kind: 'run', run });
    await writeValue('run', run);
  };
  const keepLater = (changes: Partial<StoredRun>) => {
    void keep(changes).catch((error: unknown) => onUpdate({ kind: 'note', text: String(error) }));
  };
  const restored = await restoredRun(runPlace, open);
  const checkpoint = restored ?? freshRun(open, known, settings.seed);
  const { place, adapter } = watchedPlace(runPlace);
  const feed = feedOfStored(clips, { intake: open.intake, batchSize: settings.batch, signal });
  const [train, val] = [await feed.count('train'), await feed.count('val')];
  const plan = planWithin({
    budget: restored ? undefined : options.budget,
    settings,
    clips: { train, val },
    batchSize: evenBatchSize(train, settings.batch),
  });
  let firstEpochBegan: number | undefined;
  let last = began;
  let isFirstStep = true;

  function onEvent(event: RunEvent): void {
    switch (event.kind) {
      case 'kept':
        onUpdate({ kind: 'features', done: event.done, total: event.total });
        break;
      case 'opened':
        if (restored) onUpdate({ kind: 'preparing' });
        break;
      case 'step':
        onStep(event);
        break;
      case 'epoch':
        last = performance.now();
        onUpdate({ kind: 'epoch', record: event.record, curves: curvesOf(system, checkpoint.progress) });
        break;
      case 'adapter': {
        const { epoch, metrics } = event;
        const accuracy = metrics?.[system.metrics[0]!.name] ?? undefined;
        onUpdate({ kind: 'model', files: adapter(), epoch, accuracy });
        if (epoch > 0) break;
        keepLater({ start: { accuracy: accuracy ?? Number.NaN, seconds: elapsed() } });
        onUpdate({ kind: 'preparing' });
        break;
      }
      case 'diagnosis': {
        const { title, note, shown } = open.diagnose!;
        const measured = checkpoint.progress.diagnosis as { readonly epoch: number; readonly value: Json }[];
        keepLater({ diagnosis: { title, note, shown: shown(measured) } });
        break;
      }
      case 'note':
        onUpdate(event);
    }
  }

  function onStep({ epoch, step, steps, loss }: Extract<RunEvent, { readonly kind: 'step' }>): void {
    const seconds = secondsSince(last);
    last = performance.now();
    if (isFirstStep) {
      isFirstStep = false;
      keepLater({ settings: { ...settings, ...plan.expect(seconds) } });
      onUpdate({ kind: 'training', epoch: epoch - 1, epochs: plan.planned().epochs });
    }
    onUpdate({ kind: 'step', epoch, step, steps, loss, seconds });
  }

  try {
    await keep({});
    const { outcome } = await trainRun({
      ...{ system, settings, known, open, feed, place, checkpoint, signal, saveInterval, onEvent },
      isFresh: !restored,
      openSession: compute.openSession,
      keptRows(stage) {
        if (stage.featuresKey === undefined) return undefined;
        const onProgress = (done: number, total: number) => onUpdate({ kind: 'features', done, total });
        const rows = storedKeptRows({ clips, open, stage, settings, known, compute, signal, onProgress });
        return rows.finally(() => onUpdate({ kind: 'heads', done: 0, total: 1 }));
      },
      planEpochs({ epoch }) {
        last = performance.now();
        firstEpochBegan ??= last;
        const before = plan.planned();
        const planned = plan.after(epoch, secondsSince(firstEpochBegan));
        if (planned !== before) keepLater({ settings: { ...settings, ...planned } });
        return planned;
      },
    });
    await keep({ state: outcome === 'interrupted' ? 'stopped' : 'finished' });
  } catch (error) {
    // Without a checkpoint there is no start yet: the run begins again there.
    if (await place.read(runFiles.checkpoint)) await place.write(runFiles.checkpoint, encodeCheckpoint(checkpoint));
    await keep({ state: 'stopped' });
    if (signal.aborted && error === signal.reason) return;
    throw error;
  }
}

/** The course of a training as its system draws it. */
export function curvesOf(system: System, { history, best }: RunProgress): readonly CurvesShown[] {
  return system.curves(history, best?.epoch);
}

function secondsSince(moment: number): number {
  return (performance.now() - moment) / 1000;
}

/** A place that holds the newest adapter in memory, too. */
function watchedPlace(inner: Place): { readonly place: Place; adapter(): StoredAdapter } {
  const written = new Map<string, Uint8Array>();
  const place: Place = {
    ...inner,
    async write(file, bytes) {
      if (file === adapterConfigFile || file === adapterModelFile) written.set(file, bytes);
      await inner.write(file, bytes);
    },
  };
  const adapter = () => ({
    config: new TextDecoder().decode(written.get(adapterConfigFile)),
    model: written.get(adapterModelFile)!,
  });
  return { place, adapter };
}
