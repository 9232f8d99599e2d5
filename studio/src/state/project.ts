// Classes and examples: what the page shows, kept in step with what the browser stores.
import { batch, computed, signal } from '@preact/signals';
import type { BackboneFacts } from '../engine/backbone.ts';
import { problemOf } from '../engine/plain-error.ts';
import { database, type StoredClass, type StoredExample, type StoredFeatures } from '../storage/database.ts';
import { mediaWorker, trainingWorker } from './engine.ts';
import { notifyProblem, sentenceFor } from './notices.ts';
import { computePreference } from './preferences.ts';

export const classes = signal<readonly StoredClass[]>([]);
export const examples = signal<readonly StoredExample[]>([]);
/** Files being read, and those that could not be. */
export const incoming = signal<
  readonly { readonly id: string; readonly classId: string; readonly name: string; readonly failed?: string }[]
>([]);
export const backbone = signal<BackboneFacts | undefined>(undefined);
/** False until what is stored has been read. */
export const loaded = signal(false);

export const examplesByClass = computed(() => {
  const byClass = new Map(classes.value.map(({ id }) => [id, [] as StoredExample[]]));
  for (const example of examples.value) byClass.get(example.classId)?.push(example);
  return byClass;
});

export async function loadProject(): Promise<void> {
  const db = await database();
  const [storedClasses, storedExamples] = await Promise.all([db.getAll('classes'), db.getAll('examples')]);
  batch(() => {
    classes.value = storedClasses.sort((a, b) => a.order - b.order);
    examples.value = storedExamples.sort((a, b) => a.addedAt - b.addedAt);
  });
}

/** The backbone's facts, once they are known. */
export async function backboneFacts(): Promise<BackboneFacts> {
  backbone.value ??= await trainingWorker().backbone();
  return backbone.value;
}

// --- undo: what takes back each change, newest last ---

type Undo = { readonly what: string; run(): Promise<void> };
export const undoable = signal<readonly Undo[]>([]);

function remember(what: string, run: () => Promise<void>): void {
  undoable.value = [...undoable.value.slice(-49), { what, run }];
}

/** Takes back the newest change. @returns what it was. */
export async function undo(): Promise<string | undefined> {
  const newest = undoable.value.at(-1);
  if (!newest) return undefined;
  undoable.value = undoable.value.slice(0, -1);
  await newest.run();
  return newest.what;
}

// --- classes ---

/** A class with this name: the one that is there, or a new one. */
export async function addClass(name: string): Promise<StoredClass> {
  const trimmed = name.trim();
  const present = classes.value.find((one) => one.name === trimmed);
  if (present) return present;
  const made: StoredClass = { id: crypto.randomUUID(), name: trimmed, order: (classes.value.at(-1)?.order ?? 0) + 1 };
  await putClass(made);
  remember(`adding the class “${made.name}”`, () => deleteClass(made.id).then(() => undefined));
  return made;
}

async function putClass(made: StoredClass): Promise<void> {
  await (await database()).put('classes', made);
  classes.value = [...classes.value.filter(({ id }) => id !== made.id), made].sort((a, b) => a.order - b.order);
}

/** False where another class has that name, or it is empty. */
export async function renameClass(id: string, name: string): Promise<boolean> {
  const before = classes.value.find((one) => one.id === id)!;
  const trimmed = name.trim();
  if (trimmed === before.name) return true;
  if (trimmed === '' || classes.value.some((one) => one.name === trimmed)) return false;
  await putClass({ ...before, name: trimmed });
  remember(`renaming “${before.name}”`, () => putClass(before));
  return true;
}

export async function removeClass(id: string): Promise<void> {
  const before = classes.value.find((one) => one.id === id)!;
  const restore = await deleteClass(id);
  remember(`deleting the class “${before.name}”`, restore);
}

async function deleteClass(id: string): Promise<() => Promise<void>> {
  const before = classes.value.find((one) => one.id === id)!;
  const restores: (() => Promise<void>)[] = [];
  for (const example of examplesByClass.value.get(id) ?? []) restores.push(await deleteExample(example));
  await (await database()).delete('classes', id);
  classes.value = classes.value.filter((one) => one.id !== id);
  return async () => {
    await putClass(before);
    for (const restore of restores) await restore();
  };
}

// --- examples ---

/** Reads files one after another and adds those that can be used. */
export async function addFiles(classId: string, files: readonly File[]): Promise<void> {
  const waiting = files.map((file) => ({ id: crypto.randomUUID(), classId, name: file.name, file }));
  incoming.value = [...incoming.value, ...waiting.map(({ id, name }) => ({ id, classId, name }))];
  const added: StoredExample[] = [];
  for (const { id, name, file } of waiting) {
    try {
      added.push(await readExample(id, classId, name, file));
      incoming.value = incoming.value.filter((one) => one.id !== id);
    } catch (error) {
      const failed = sentenceFor(problemOf(error));
      incoming.value = incoming.value.map((one) => (one.id === id ? { ...one, failed } : one));
    }
  }
  if (added.length === 0) return;
  const what = added.length === 1 ? `adding “${added[0]!.name}”` : `adding ${added.length} examples`;
  remember(what, async () => {
    for (const example of added) await deleteExample(example);
  });
  warm(added.map(({ id }) => id));
}

async function readExample(id: string, classId: string, name: string, file: Blob): Promise<StoredExample> {
  const { intake, readingKey } = await backboneFacts();
  const { features, ...read } = await mediaWorker().read(file, name, intake);
  // A file picked from disk may be gone later: its bytes are kept.
  const bytes = new Blob([await file.arrayBuffer()], { type: file.type });
  const example: StoredExample = { id, classId, name, addedAt: Date.now(), file: bytes, ...read };
  await putExample(example, { id, settings: readingKey, features });
  return example;
}

export function dismissIncoming(id: string): void {
  incoming.value = incoming.value.filter((one) => one.id !== id);
}

async function putExample(example: StoredExample, features: StoredFeatures | undefined): Promise<void> {
  const db = await database();
  const transaction = db.transaction(['examples', 'features'], 'readwrite');
  await transaction.objectStore('examples').put(example);
  if (features) await transaction.objectStore('features').put(features);
  await transaction.done;
  examples.value = [...examples.value.filter(({ id }) => id !== example.id), example].sort(
    (a, b) => a.addedAt - b.addedAt,
  );
}

async function deleteExample(example: StoredExample): Promise<() => Promise<void>> {
  const db = await database();
  const features = await db.get('features', example.id);
  const transaction = db.transaction(['examples', 'features', 'keptFeatures'], 'readwrite');
  await Promise.all(
    (['examples', 'features', 'keptFeatures'] as const).map((store) =>
      transaction.objectStore(store).delete(example.id),
    ),
  );
  await transaction.done;
  examples.value = examples.value.filter(({ id }) => id !== example.id);
  return async () => {
    await putExample(example, features);
    warm([example.id]);
  };
}

export async function removeExample(example: StoredExample): Promise<void> {
  remember(`deleting “${example.name}”`, await deleteExample(example));
}

export async function moveExample(example: StoredExample, classId: string): Promise<void> {
  await putExample({ ...example, classId }, undefined);
  remember(`moving “${example.name}”`, () => putExample(example, undefined));
}

/** Reads clips again that were read for another backbone. */
export async function refreshFeatures(onProgress: (done: number, total: number) => void): Promise<void> {
  const { intake, readingKey: settings } = await backboneFacts();
  const db = await database();
  const stale: StoredExample[] = [];
  for (const example of examples.value)
    if ((await db.get('features', example.id))?.settings !== settings) stale.push(example);
  for (const [done, example] of stale.entries()) {
    onProgress(done, stale.length);
    const { features } = await mediaWorker().read(example.file, example.name, intake);
    await db.put('features', { id: example.id, settings, features });
  }
}

const unwarmed = new Set<string>();
let isWarming = false;

/**
 * Computes what the quick start of training needs while the user goes on adding; many at once, as each call loads the
 * model.
 */
function warm(ids: readonly string[]): void {
  for (const id of ids) unwarmed.add(id);
  if (!isWarming) void warmAll().catch(notifyProblem);
}

async function warmAll(): Promise<void> {
  isWarming = true;
  try {
    while (unwarmed.size > 0) {
      const ids = [...unwarmed];
      unwarmed.clear();
      await trainingWorker().warm(ids, computePreference.value);
    }
  } finally {
    isWarming = false;
  }
}
