// Which recipe and which settings of its own the next training has; the browser keeps them.
import { signal } from '@preact/signals';
import { readValue, type StoredChoice, writeValue } from '../storage/database.ts';
import { trainingWorker } from './engine.ts';
import { backbone } from './project.ts';

const usual: StoredChoice = { recipe: undefined, given: {} };

export const choice = signal<StoredChoice>(usual);

export async function loadChoice(): Promise<void> {
  choice.value = (await readValue('choice')) ?? usual;
}

/** Takes the choice, or leaves the last one. @throws DuetError where its settings contradict each other. */
export async function choose(wanted: StoredChoice): Promise<void> {
  const facts = await trainingWorker().chosen(wanted);
  await writeValue('choice', wanted);
  choice.value = wanted;
  backbone.value = facts;
}
