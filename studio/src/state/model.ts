// The adapter in use, and the worker that recognises with it.
import { signal } from '@preact/signals';
import { strFromU8, unzip } from 'fflate';
import { DuetError } from '../../../src/errors.ts';
import { adapterConfigFile, adapterModelFile } from '../../../src/weights/adapter-files.ts';
import type { ModelFacts } from '../engine/model-facts.ts';
import type { OpenedModel } from '../engine/watching-worker.ts';
import { readValue, type StoredModel, writeValue } from '../storage/database.ts';
import { mediaWorker, restartWatchingWorker, watchingWorker } from './engine.ts';
import { notifyProblem } from './notices.ts';
import { computePreference } from './preferences.ts';

export const model = signal<StoredModel | undefined>(undefined);
/** Of the model in use; undefined until they are known. */
export const modelFacts = signal<ModelFacts | undefined>(undefined);
/** What the watching worker has loaded; undefined while it loads. */
export const openedModel = signal<OpenedModel | undefined>(undefined);

let openedFiles: StoredModel['files'] | undefined;
let opening: Promise<OpenedModel> | undefined;

export async function loadModel(): Promise<void> {
  model.value = await readValue('model');
  if (model.value) void learnFacts(model.value.files).catch(notifyProblem);
}

async function learnFacts(files: StoredModel['files']): Promise<void> {
  const facts = await mediaWorker().modelFacts(files);
  if (model.value?.files === files) modelFacts.value = facts;
}

/** Takes an adapter into use; where somebody is watching, they go on with it. */
export async function adoptModel(next: StoredModel): Promise<void> {
  model.value = next;
  void learnFacts(next.files).catch(notifyProblem);
  await writeValue('model', next);
  if (opening) await ensureOpened().catch(notifyProblem);
}

/** Loads the adapter in use into the watching worker, unless it is there already. @throws DuetError without one. */
export async function ensureOpened(): Promise<OpenedModel> {
  const wanted = model.value?.files;
  if (!wanted) throw new DuetError('There is no trained model yet; train one, or open an adapter.');
  if (wanted === openedFiles && opening) return opening;
  openedFiles = wanted;
  const mine = watchingWorker().open(wanted, computePreference.value);
  opening = mine;
  try {
    const opened = await mine;
    openedModel.value = opened;
    return opened;
  } catch (error) {
    if (opening === mine) forgetOpened();
    throw error;
  }
}

/** Tells what went wrong while recognising, and makes ready for another try. */
export function recoverWatching(error: unknown): void {
  const { kind } = notifyProblem(error);
  if (kind !== 'GPU' && kind !== 'memory') return;
  if (kind === 'GPU') computePreference.value = 'CPU';
  forgetOpened();
}

/** Starts the watching worker again, after what it computes on has changed or failed. */
export function forgetOpened(): void {
  restartWatchingWorker();
  openedFiles = undefined;
  opening = undefined;
  openedModel.value = undefined;
}

/**
 * Opens an adapter from elsewhere: a zip, or its two files.
 * @throws DuetError when they are not a whole adapter.
 */
export async function openAdapterFiles(files: readonly File[]): Promise<void> {
  const found = new Map<string, Uint8Array>();
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (file.name.endsWith('.zip'))
      for (const [path, content] of Object.entries(await unzipped(bytes))) found.set(baseName(path), content);
    else found.set(file.name, bytes);
  }
  const [config, weights] = [found.get(adapterConfigFile), found.get(adapterModelFile)];
  if (!config || !weights)
    throw new DuetError(
      `An adapter is a zip with ${adapterConfigFile} and ${adapterModelFile} in it, or these two files together; choose those.`,
    );
  const text = checkedJson(strFromU8(config));
  const { backbone } = await mediaWorker().modelFacts({ config: text, model: weights });
  const zip = files.find((file) => file.name.endsWith('.zip'));
  const name = zip ? zip.name.replace(/\.zip$/, '') : 'adapter';
  await adoptModel({
    files: { config: text, model: weights },
    origin: 'opened',
    name,
    epoch: undefined,
    accuracy: undefined,
  });
  try {
    await ensureOpened();
  } catch (error) {
    throw new DuetError(
      `The adapter was trained on the backbone '${backbone}'; choose that one under Settings. (${error instanceof Error ? error.message : error})`,
    );
  }
}

function checkedJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new DuetError(`${adapterConfigFile} is not JSON; get a fresh copy of the adapter.`);
  }
}

function unzipped(bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  return new Promise((resolve, reject) =>
    unzip(bytes, (error, entries) =>
      error ? reject(new DuetError('The zip file is damaged; get a fresh copy.')) : resolve(entries),
    ),
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
