// Training as the page sees it: starting, stopping, going on, and what came of it so far.

import { batch, computed, signal } from '@preact/signals';
import { proxy } from 'comlink';
import { labelOf } from '../../../src/data/annotation.ts';
import { byCodeUnits } from '../../../src/data/dataset.ts';
import { cutValFromTrain } from '../../../src/data/split.ts';
import type { CurvesShown } from '../../../src/report/shown.ts';
import { runFiles } from '../../../src/run/place.ts';
import type { EpochRecord } from '../../../src/train/checkpoint.ts';
import { problemOf } from '../engine/plain-error.ts';
import type { TrainingUpdate } from '../engine/training-run.ts';
import { clearFiles, readValue, type StoredRun, writeValue } from '../storage/database.ts';
import { runPlace } from '../storage/run-place.ts';
import { storedExample } from '../storage/stored-example.ts';
import { restartTrainingWorker, trainingWorker } from './engine.ts';
import { adoptModel } from './model.ts';
import { notify, notifyProblem } from './notices.ts';
import { computePreference, effort, effortSeconds } from './preferences.ts';
import { backboneFacts, classes, examples, examplesByClass, refreshFeatures } from './project.ts';
import { choice } from './training-choice.ts';

export type Phase = 'idle' | 'reading' | 'features' | 'heads' | 'preparing' | 'training' | 'stopping';

export const phase = signal<Phase>('idle');
export const phaseProgress = signal<{ readonly done: number; readonly total: number } | undefined>(undefined);
export const run = signal<StoredRun | undefined>(undefined);
/** Of the epochs, as the run's system draws them. */
export const curves = signal<readonly CurvesShown[]>([]);
export const history = signal<readonly EpochRecord[]>([]);
/** Losses of the steps since the page was loaded, x counted in epochs. */
export const stepLosses = signal<readonly { readonly x: number; readonly y: number }[]>([]);
export const secondsLeft = signal<number | undefined>(undefined);
export const isTraining = computed(() => phase.value !== 'idle');

/** What still stands in the way of training, in one sentence; undefined when nothing does. */
export const obstacle = computed(() => {
  const filled = classes.value.filter(({ id }) => (examplesByClass.value.get(id)?.length ?? 0) > 0);
  if (filled.length < 2) return 'Training compares at least two classes: give a second one some examples.';
  const thin = filled.find(({ id }) => examplesByClass.value.get(id)!.length < 2);
  if (thin)
    return `“${thin.name}” has only one example; every class needs at least two, and eight or more teach much better.`;
  return undefined;
});

/** Whether the examples have changed since the run began. */
export const isOutdated = computed(() => {
  const began = run.value;
  if (!began) return false;
  const now = currentExamples();
  const known = new Map(began.examples.map(({ id, label }) => [id, label]));
  return now.length !== known.size || now.some(({ id, label }) => known.get(id) !== label);
});

function currentExamples(): { id: string; label: string }[] {
  const names = new Map(classes.value.map(({ id, name }) => [id, name]));
  return examples.value.flatMap(({ id, classId }) => (names.has(classId) ? [{ id, label: names.get(classId)! }] : []));
}

export async function loadTraining(): Promise<void> {
  const notice = await readValue('notice');
  if (notice !== undefined) {
    notify(notice, undefined, 'problem');
    await writeValue('notice', undefined);
  }
  const stored = await readValue('run');
  if (!stored) return;
  const course = await trainingWorker().courseOf(stored);
  batch(() => {
    // What ran when the page was closed is not running now.
    run.value = stored.state === 'running' ? { ...stored, state: 'stopped' } : stored;
    history.value = course?.history ?? [];
    curves.value = course?.curves ?? [];
  });
}

/** A page has less memory than Node, so that its batches are smaller. */
const usualBatch = 16;

/** Seconds that a fresh training may take; undefined where the number of epochs is chosen. */
function budget(): number | undefined {
  return choice.value.given.epochs === undefined ? effortSeconds[effort.value] : undefined;
}

/** Starts afresh with the examples as they are now. */
export async function startTraining(): Promise<void> {
  if (isTraining.value) return;
  const { hash, intake } = await backboneFacts();
  const current = currentExamples();
  const unsplit = current.map((example) => storedExample({ ...example, split: 'train' }));
  const settings = { ...intake.settings, ...(choice.value.given.batch === undefined && { batch: usualBatch }) };
  const names = [...new Set(current.map(({ label }) => label))].sort(byCodeUnits);
  const fresh: StoredRun = {
    startedAt: Date.now(),
    classes: names,
    examples: cutValFromTrain(unsplit, settings.seed).map((clip) => ({
      id: clip.id,
      label: labelOf(clip),
      split: clip.split,
    })),
    settings,
    backboneHash: hash,
    state: 'running',
    provider: undefined,
    seconds: 0,
    start: undefined,
    diagnosis: undefined,
  };
  batch(() => {
    history.value = [];
    curves.value = [];
    stepLosses.value = [];
  });
  await clearFiles();
  await writeValue('run', fresh);
  await carryOn(fresh, budget());
}

/** Goes on with a run that was stopped, or that a reload interrupted. */
export async function continueTraining(): Promise<void> {
  const stored = await readValue('run');
  if (!stored || isTraining.value) return;
  if (await runPlace.read(runFiles.checkpoint)) return carryOn(stored, undefined);
  // What has taken no step may be of settings that were usual once.
  const { intake } = await backboneFacts();
  const settings = { ...intake.settings, batch: stored.settings.batch };
  const begun = { ...stored, settings };
  await writeValue('run', begun);
  await carryOn(begun, budget());
}

export async function stopTraining(): Promise<void> {
  if (phase.value === 'idle' || phase.value === 'stopping') return;
  phase.value = 'stopping';
  await trainingWorker().stop();
}

async function carryOn(of: StoredRun, budget: number | undefined): Promise<void> {
  batch(() => {
    phase.value = 'reading';
    phaseProgress.value = undefined;
    secondsLeft.value = undefined;
    run.value = of;
  });
  try {
    await refreshFeatures((done, total) => {
      phaseProgress.value = { done, total };
    });
    await trainingWorker().train(of, budget, computePreference.value, proxy(take));
    if (run.value?.state === 'finished') notify('Training is finished. See what it recognises under Watch.');
  } catch (error) {
    await afterFailure(error);
  } finally {
    batch(() => {
      phase.value = 'idle';
      phaseProgress.value = undefined;
      secondsLeft.value = undefined;
    });
  }
}

async function afterFailure(error: unknown): Promise<void> {
  const { kind } = problemOf(error);
  const stored = await readValue('run');
  if (stored) run.value = { ...stored, state: 'stopped' };
  if (kind === 'memory' || kind === 'GPU') restartTrainingWorker();
  if (kind === 'GPU') {
    computePreference.value = 'CPU';
    notifyProblem(error, { label: 'Go on with the CPU', run: () => void continueTraining() });
  } else if (kind === 'memory' && stored && stored.settings.batch > 4) {
    const smaller = { ...stored, settings: { ...stored.settings, batch: stored.settings.batch / 2 } };
    await writeValue('run', smaller);
    notifyProblem(error, { label: 'Go on with smaller batches', run: () => void continueTraining() });
  } else notifyProblem(error);
}

function take(update: TrainingUpdate): void {
  batch(() => {
    switch (update.kind) {
      case 'features':
      case 'heads':
        if (phase.value !== 'stopping') phase.value = update.kind;
        phaseProgress.value = update.kind === 'features' ? { done: update.done, total: update.total } : undefined;
        break;
      case 'preparing':
        if (phase.value !== 'stopping') phase.value = 'preparing';
        phaseProgress.value = undefined;
        break;
      case 'training':
        if (phase.value !== 'stopping') phase.value = 'training';
        phaseProgress.value = { done: update.epoch, total: update.epochs };
        break;
      case 'step': {
        const x = update.epoch - 1 + update.step / update.steps;
        stepLosses.value = [...stepLosses.value.slice(-1999), { x, y: update.loss }];
        phaseProgress.value = { done: x, total: run.value?.settings.epochs ?? 0 };
        estimate(x, update);
        break;
      }
      case 'epoch':
        history.value = [...history.value.filter(({ epoch }) => epoch !== update.record.epoch), update.record];
        curves.value = update.curves;
        break;
      case 'model':
        void adoptModel({
          files: update.files,
          origin: 'trained',
          name: 'trained here',
          epoch: update.epoch,
          accuracy: update.accuracy,
        });
        break;
      case 'run':
        run.value = update.run;
        break;
      case 'note':
        notify(update.text);
        break;
    }
  });
}

/** From the mean of finished epochs where there are some, else from the last step. */
function estimate(x: number, { steps, seconds }: { readonly steps: number; readonly seconds: number }): void {
  const epochs = run.value?.settings.epochs ?? 0;
  const finished = history.value;
  const perEpoch =
    finished.length > 0
      ? finished.reduce((sum, record) => sum + record.seconds, 0) / finished.length
      : steps * Math.max(seconds, 0.01) * 1.2;
  secondsLeft.value = Math.max(0, (epochs - x) * perEpoch);
}
