// What the page keeps in the browser, so that a reload loses nothing.
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb';
import type { Split } from '../../../src/data/dataset.ts';
import type { Json, Reading } from '../../../src/data/intake.ts';
import { DuetError } from '../../../src/errors.ts';
import type { Shown } from '../../../src/report/shown.ts';
import type { Results } from '../../../src/runtime/feeds.ts';
import type { SystemSettings } from '../../../src/systems/system.ts';
import { type FirstVersionRun, upgradedRun, upgradeNotice } from './upgrade.ts';

export type StoredClass = {
  readonly id: string;
  readonly name: string;
  /** Place among the classes as the page shows them. */
  readonly order: number;
};

export type StoredExample = {
  readonly id: string;
  readonly classId: string;
  /** The file's own name, or what a recording is called. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  readonly file: Blob;
  readonly seconds: number;
  /** Small pictures of the middle frame and of the middle window's sound. */
  readonly thumbnail: Blob | undefined;
  readonly spectrogram: Blob | undefined;
};

/** A clip's reading; `settings` is the key of the intake that made it. */
export type StoredFeatures = { readonly id: string; readonly settings: string; readonly features: Reading };

/** What an untrained model makes of a clip; `made` names the model and the intake. */
export type StoredKeptFeatures = { readonly id: string; readonly made: string; readonly features: Results };

export type StoredAdapter = { readonly config: string; readonly model: Uint8Array };

/** A backbone as it was chosen: the built-in one, or files that the browser keeps. */
export type StoredBackbone =
  | { readonly kind: 'built-in' }
  | {
      readonly kind: 'files';
      /** As `--backbone` takes it, or the file's name. */
      readonly source: string;
      readonly weights: Blob;
      readonly config: string | undefined;
      readonly preprocessor: string | undefined;
    };

/** What a run measures beside its metrics. */
export type StoredDiagnosis = { readonly title: string; readonly note: string; readonly shown: readonly Shown[] };

/** What the next training is set to: a recipe, by default the usual one, and settings by name that differ from it. */
export type StoredChoice = { readonly recipe: string | undefined; readonly given: Readonly<Record<string, Json>> };

/** A training run as the browser keeps it; its files, the checkpoint among them, are kept beside it. */
export type StoredRun = {
  readonly startedAt: number;
  /** Sorted by name: the order of the scores. */
  readonly classes: readonly string[];
  readonly examples: readonly { readonly id: string; readonly label: string; readonly split: Split }[];
  /** Whose recipe names the system. */
  readonly settings: SystemSettings;
  readonly backboneHash: string;
  readonly state: 'running' | 'stopped' | 'finished';
  readonly provider: string | undefined;
  /** Seconds spent so far. */
  readonly seconds: number;
  /** Of the model that is there before the first epoch. */
  readonly start: { readonly accuracy: number; readonly seconds: number } | undefined;
  readonly diagnosis: StoredDiagnosis | undefined;
};

/** The adapter in use: what was trained here, or opened from elsewhere. */
export type StoredModel = {
  readonly files: StoredAdapter;
  readonly origin: 'trained' | 'opened';
  /** What the page calls it. */
  readonly name: string;
  /** The epoch it is of; 0 is the start. */
  readonly epoch: number | undefined;
  /** On the validation clips. */
  readonly accuracy: number | undefined;
};

export type Values = {
  readonly run: StoredRun;
  readonly model: StoredModel;
  readonly backbone: StoredBackbone;
  readonly choice: StoredChoice;
  /** What is to be shown once. */
  readonly notice: string;
};

interface StudioSchema extends DBSchema {
  classes: { key: string; value: StoredClass };
  examples: { key: string; value: StoredExample };
  features: { key: string; value: StoredFeatures };
  keptFeatures: { key: string; value: StoredKeptFeatures };
  /** The run's files by name. */
  files: { key: string; value: Uint8Array };
  values: { key: string; value: Values[keyof Values] };
}

export type StudioDatabase = IDBPDatabase<StudioSchema>;

let opened: Promise<StudioDatabase> | undefined;

/**
 * The page's database; the same one in the page and in its workers. @throws DuetError while another tab holds it in an
 * older version.
 */
export function database(): Promise<StudioDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const blocked = () =>
      reject(
        new DuetError('Another tab has this page open in an older version; close that tab and load this one again.'),
      );
    openDB<StudioSchema>('duet-studio', 2, { upgrade, blocked }).then(resolve, reject);
  });
  return opened;
}

async function upgrade(
  db: StudioDatabase,
  from: number,
  _to: number | null,
  transaction: IDBPTransaction<StudioSchema, StoreNames<StudioSchema>[], 'versionchange'>,
): Promise<void> {
  db.createObjectStore('keptFeatures', { keyPath: 'id' });
  db.createObjectStore('files');
  if (from < 1) {
    db.createObjectStore('classes', { keyPath: 'id' });
    db.createObjectStore('examples', { keyPath: 'id' });
    db.createObjectStore('features', { keyPath: 'id' });
    db.createObjectStore('values');
    return;
  }
  // They are computed again when they are needed.
  (db as unknown as IDBPDatabase).deleteObjectStore('headFeatures');
  const values = transaction.objectStore('values');
  const run = (await values.get('run')) as unknown as FirstVersionRun | undefined;
  if (!run) return;
  await values.put(upgradedRun(run), 'run');
  if (run.checkpoint) await values.put(upgradeNotice, 'notice');
}

export async function readValue<Key extends keyof Values>(key: Key): Promise<Values[Key] | undefined> {
  return (await (await database()).get('values', key)) as Values[Key] | undefined;
}

export async function writeValue<Key extends keyof Values>(key: Key, value: Values[Key] | undefined): Promise<void> {
  const db = await database();
  if (value === undefined) await db.delete('values', key);
  else await db.put('values', value, key);
}

/** Of a new run there are none. */
export async function clearFiles(): Promise<void> {
  await (await database()).clear('files');
}
