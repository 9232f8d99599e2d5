// What the model says of every example, asked when somebody looks.

import { signal } from '@preact/signals';
import { proxy } from 'comlink';
import type { Inspection } from '../engine/inspection.ts';
import { restartTrainingWorker, trainingWorker } from './engine.ts';
import { model } from './model.ts';
import { notifyProblem } from './notices.ts';
import { computePreference } from './preferences.ts';
import { classes, examples } from './project.ts';

export const inspection = signal<Inspection | undefined>(undefined);
export const inspectionProgress = signal<{ readonly done: number; readonly total: number } | undefined>(undefined);
/** The model that the inspection is of. */
export const inspectedFiles = signal<object | undefined>(undefined);

/** Asks the model in use about all examples whose class it knows. */
export async function inspect(): Promise<void> {
  const files = model.value?.files;
  if (!files || inspectionProgress.value) return;
  inspectionProgress.value = { done: 0, total: 1 };
  const names = new Map(classes.value.map(({ id, name }) => [id, name]));
  const clips = examples.value.flatMap(({ id, classId }) =>
    names.has(classId) ? [{ id, label: names.get(classId)! }] : [],
  );
  const onProgress = (done: number, total: number) => {
    inspectionProgress.value = { done: Math.min(done, total), total };
  };
  try {
    inspection.value = await trainingWorker().inspect(files, clips, computePreference.value, proxy(onProgress));
    inspectedFiles.value = files;
  } catch (error) {
    if (notifyProblem(error).kind === 'memory') restartTrainingWorker();
  } finally {
    inspectionProgress.value = undefined;
  }
}
