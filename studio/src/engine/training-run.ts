// One training run in the page: the order of things around the loop, as src/train/train.ts has it in Node.
import { evenBatchSize } from '../../../src/data/batch.ts';
import { plainPass } from '../../../src/data/intake.ts';
import { openStoredFeed } from '../../../src/data/stored-feed.ts';
import { openPredictor } from '../../../src/infer/predictor.ts';
import { firstValues, parameterLengths } from '../../../src/model/parameters.ts';
import { adapterFiles } from '../../../src/systems/ma-avt/adapter.ts';
import { openAlignmentProbe } from '../../../src/systems/ma-avt/alignment.ts';
import { trainHeads } from '../../../src/systems/ma-avt/head-start.ts';
import { openMaAvt } from '../../../src/systems/ma-avt/open.ts';
import { recipes } from '../../../src/systems/ma-avt/recipes.ts';
import { validate } from '../../../src/systems/ma-avt/validate.ts';
import { type Outcome, trainingLoop } from '../../../src/train/loop.ts';
import { openTrainer } from '../../../src/train/open-trainer.ts';
import { decodeCheckpoint, type EpochRecord, encodeCheckpoint, freshCheckpoint } from '../../../src/train/progress.ts';
import { encodeAdapter } from '../../../src/weights/adapter-files.ts';
import type { Backbone } from '../../../src/weights/backbone.ts';
import { type AdapterFiles, type Alignment, type StoredRun, writeValue } from '../storage/database.ts';
import { backboneFacts } from './backbone.ts';
import type { Compute } from './compute.ts';
import { headFeatures, labelled } from './head-feature-cache.ts';
import { feedOptions } from './stored-clips.ts';

export type TrainingUpdate =
  | { readonly kind: 'features' | 'heads'; readonly done: number; readonly total: number }
  | { readonly kind: 'preparing' }
  | {
      readonly kind: 'model';
      readonly files: AdapterFiles;
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
  | { readonly kind: 'epoch'; readonly record: EpochRecord }
  | { readonly kind: 'alignment'; readonly alignment: Alignment }
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

const fewestEpochs = 3;
const mostEpochs = 60;
/** Between two saves within an epoch, in milliseconds. */
const saveInterval = 10_000;

/**
 * Trains, or goes on training, until it is done or stopped. What there is of the run is always in the browser's
 * storage.
 */
export async function trainingRun(options: TrainingRunOptions): Promise<void> {
  const { backbone, compute, signal, onUpdate } = options;
  let run: StoredRun = { ...options.run, state: 'running', provider: compute.name };
  const { classes, examples } = run;
  const began = performance.now();
  const elapsed = () => options.run.seconds + (performance.now() - began) / 1000;
  const keep = async (changes: Partial<StoredRun>) => {
    run = { ...run, ...changes, seconds: elapsed() };
    await writeValue('run', run);
    onUpdate({ kind: 'run', run: { ...run, checkpoint: undefined } });
  };
  const system = openMaAvt(run.training, backbone.config, classes.length);
  const { clipStage: stage, foldedModel: model } = system;
  const labels = new Map(examples.map(({ id, label }) => [id, classes.indexOf(label)]));
  const labelOf = (id: string) => labels.get(id)!;
  const lengths = parameterLengths(stage.model.parameters);
  const restored = run.checkpoint && decodeCheckpoint(run.checkpoint, lengths, 'The training kept in this browser');
  const checkpoint =
    restored ?? freshCheckpoint(firstValues(stage.model.parameters, backbone.weights, run.training.seed));
  const feed = openStoredFeed({
    ...feedOptions(examples, classes, backboneFacts(backbone, run.training).inputs, run.training),
    signal,
  });
  const { openSession } = compute;
  const releases: (() => Promise<void>)[] = [];

  function tellModel(folded: ReadonlyMap<string, Float32Array>, epoch: number, accuracy: number | undefined) {
    const { recipe, frontEnd, normalisation, model } = run.training;
    const files = adapterFiles(folded, model, { backbone, classes, recipe, frontEnd, normalisation });
    onUpdate({ kind: 'model', files: encodeAdapter(files, 'this training'), epoch, accuracy });
  }

  try {
    await keep({});
    const predictor = await openPredictor({ backbone, model, batchSize: 8, openSession });
    releases.push(() => predictor.release());
    const scoring = { feed, predictor };
    const hasValidation = (await feed.count('val')) > 0;
    if (run.training.headStart && !restored) {
      const ids = examples.filter(({ split }) => split === 'train').map(({ id }) => id);
      const onFeatures = (done: number, total: number) => onUpdate({ kind: 'features', done, total });
      const features = await headFeatures({
        ids,
        backbone,
        compute,
        training: run.training,
        signal,
        onProgress: onFeatures,
      });
      onUpdate({ kind: 'heads', done: 0, total: 1 });
      const { parameters, progress } = checkpoint;
      const own = [...features].map(([id, ofClip]) => labelled(ofClip, labelOf(id)));
      await trainHeads(own, { backbone, system, parameters, openSession, signal });
      const { folded, score } = await validate(parameters, system, scoring);
      if (score) progress.best = { epoch: 0, accuracy: score.accuracy, loss: score.loss };
      tellModel(folded, 0, score?.accuracy);
      await keep({
        start: { accuracy: score?.accuracy ?? Number.NaN, seconds: elapsed() },
        checkpoint: encodeCheckpoint(checkpoint),
      });
    }
    onUpdate({ kind: 'preparing' });
    const batchSize = evenBatchSize(await feed.count('train'), run.training.batch);
    const onNote = (text: string) => onUpdate({ kind: 'note', text });
    const { training } = run;
    const trainer = await openTrainer({ stage, backbone, batchSize, openSession, training, checkpoint, onNote });
    releases.push(() => trainer.release());
    const probe = await openAlignmentProbe(backbone, system.config, openSession);
    if (probe) releases.push(() => probe.release());
    if (options.budget !== undefined && !restored) {
      await keep({ training: withEpochs(await affordableEpochs(options.budget)) });
    }
    await measureAlignment(checkpoint.progress.epoch);
    onUpdate({ kind: 'training', epoch: checkpoint.progress.epoch, epochs: run.training.epochs });
    const loopBegan = performance.now();
    let last = loopBegan;
    let outcome: Outcome | undefined;
    // Round the loop again with another number of epochs, where the time is not what one step led to expect.
    while (outcome === undefined) {
      const replanning = new AbortController();
      const done = await oneLoop(replanning);
      if (done !== 'interrupted' || !replanning.signal.aborted || signal.aborted) outcome = done;
    }
    await keep({ state: outcome === 'interrupted' ? 'stopped' : 'finished', checkpoint: encodeCheckpoint(checkpoint) });

    function oneLoop(replanning: AbortController): Promise<Outcome> {
      return trainingLoop({
        ...{ training: run.training, feed, trainer, checkpoint, batchSize, saveInterval },
        lesson: { ...system, validate: (parameters) => validate(parameters, system, scoring) },
        signal: AbortSignal.any([signal, replanning.signal]),
        onStep(epoch, position, steps, loss) {
          const now = performance.now();
          onUpdate({ kind: 'step', epoch: epoch + 1, step: position, steps, loss, seconds: (now - last) / 1000 });
          last = now;
        },
        onSave() {
          // Encoded at once, as the next step changes the numbers in place; written while it runs.
          void keep({ checkpoint: encodeCheckpoint(checkpoint) }).catch((error: unknown) => onNote(String(error)));
        },
        async onEpoch(record, isBest, folded) {
          if (isBest) tellModel(folded, record.epoch, record.validationAccuracy ?? undefined);
          await measureAlignment(record.epoch);
          const epochs = epochsInTime(record.epoch);
          await keep({
            checkpoint: encodeCheckpoint(checkpoint),
            ...(epochs !== run.training.epochs && { training: withEpochs(epochs) }),
          });
          onUpdate({ kind: 'epoch', record });
          if (epochs !== run.training.epochs) replanning.abort();
          last = performance.now();
        },
      });
    }

    async function measureAlignment(epoch: number): Promise<void> {
      if (!probe || run.alignment.some((one) => one.epoch === epoch)) return;
      const measured = await probe.run(
        checkpoint.parameters,
        feed.batches(hasValidation ? 'val' : 'train', plainPass('evaluate')),
      );
      if (!measured) return;
      const alignment = { epoch, ...measured };
      run = { ...run, alignment: [...run.alignment, alignment] };
      onUpdate({ kind: 'alignment', alignment });
    }

    function withEpochs(epochs: number): StoredRun['training'] {
      return { ...run.training, epochs, warmupEpochs: Math.min(recipes.duet.warmupEpochs, epochs / 6) };
    }

    /**
     * How many there should be after `done` of them: a first epoch tells more than one step, and the time asked for is
     * kept to.
     */
    function epochsInTime(done: number): number {
      const planned = run.training.epochs;
      if (options.budget === undefined || restored) return planned;
      const spent = (performance.now() - loopBegan) / 1000;
      const fitting = Math.min(mostEpochs, Math.max(fewestEpochs, done, Math.floor((options.budget * done) / spent)));
      return done === 1 || fitting < 0.9 * planned ? fitting : planned;
    }

    /** As many as fit, measured by one step. */
    async function affordableEpochs(seconds: number): Promise<number> {
      let stepSeconds = 0;
      for await (const rows of feed.batches('train', plainPass('evaluate'))) {
        const batch = system.stepBatch(rows, 0);
        const start = performance.now();
        await trainer.rehearse(batch);
        stepSeconds = (performance.now() - start) / 1000;
        break;
      }
      const steps = Math.ceil((await feed.count('train')) / batchSize);
      // Validation runs forwards alone, each clip as it is and once with a foreign sound.
      const validation = ((await feed.count('val')) * 2 * stepSeconds) / (3 * batchSize);
      const fitting = Math.floor(seconds / Math.max(steps * stepSeconds + validation, 1e-3));
      return Math.min(mostEpochs, Math.max(fewestEpochs, fitting));
    }
  } catch (error) {
    // Without a checkpoint the heads have not had their start: the run begins again there.
    await keep({ state: 'stopped', ...(run.checkpoint && { checkpoint: encodeCheckpoint(checkpoint) }) });
    if (signal.aborted && error === signal.reason) return;
    throw error;
  } finally {
    for (const release of releases) await release().catch(() => undefined);
  }
}
