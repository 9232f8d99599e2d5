// What the page keeps in the browser, so that a reload loses nothing.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Split } from '../../../src/data/dataset.ts';
import type { Reading } from '../../../src/data/intake.ts';
import type { ClipFeatures as HeadFeatures } from '../../../src/systems/ma-avt/pairs.ts';
import type { TrainingConfig } from '../../../src/systems/ma-avt/training-config.ts';

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
  readonly spectrogram: Blob;
};

/** A clip's model inputs, made for these input settings. */
export type StoredFeatures = { readonly id: string; readonly settings: string; readonly features: Reading };

/** What the untrained model's heads read of a clip; `made` names the model. */
export type StoredHeadFeatures = { readonly id: string; readonly made: string; readonly features: HeadFeatures };

export type AdapterFiles = { readonly config: string; readonly model: Uint8Array };

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

/** How alike picture and sound of a clip are after each block, and of clips that do not belong together: cosines. */
export type Alignment = {
  readonly epoch: number;
  readonly matched: readonly number[];
  readonly mismatched: readonly number[];
};

/** A training run as the browser keeps it. */
export type StoredRun = {
  readonly startedAt: number;
  /** Sorted by name: the order of the scores. */
  readonly classes: readonly string[];
  readonly examples: readonly { readonly id: string; readonly label: string; readonly split: Split }[];
  readonly training: TrainingConfig;
  readonly backboneHash: string;
  readonly state: 'running' | 'stopped' | 'finished';
  readonly provider: string | undefined;
  /** Seconds spent so far. */
  readonly seconds: number;
  /** Of the heads alone, before the first epoch. */
  readonly start: { readonly accuracy: number; readonly seconds: number } | undefined;
  readonly checkpoint: Uint8Array | undefined;
  readonly alignment: readonly Alignment[];
};

/** The adapter in use: what was trained here, or opened from elsewhere. */
export type StoredModel = {
  readonly files: AdapterFiles;
  readonly origin: 'trained' | 'opened';
  /** What the page calls it. */
  readonly name: string;
  /** The epoch it is of; 0 is the start of the heads. */
  readonly epoch: number | undefined;
  /** On the validation clips. */
  readonly accuracy: number | undefined;
};

export type Values = { readonly run: StoredRun; readonly model: StoredModel; readonly backbone: StoredBackbone };

interface StudioSchema extends DBSchema {
  classes: { key: string; value: StoredClass };
  examples: { key: string; value: StoredExample };
  features: { key: string; value: StoredFeatures };
  headFeatures: { key: string; value: StoredHeadFeatures };
  values: { key: string; value: Values[keyof Values] };
}

export type StudioDatabase = IDBPDatabase<StudioSchema>;

let opened: Promise<StudioDatabase> | undefined;

/** The page's database; the same one in the page and in its workers. */
export function database(): Promise<StudioDatabase> {
  opened ??= openDB<StudioSchema>('duet-studio', 1, {
    upgrade(db) {
      db.createObjectStore('classes', { keyPath: 'id' });
      db.createObjectStore('examples', { keyPath: 'id' });
      db.createObjectStore('features', { keyPath: 'id' });
      db.createObjectStore('headFeatures', { keyPath: 'id' });
      db.createObjectStore('values');
    },
  });
  return opened;
}

export async function readValue<Key extends keyof Values>(key: Key): Promise<Values[Key] | undefined> {
  return (await (await database()).get('values', key)) as Values[Key] | undefined;
}

export async function writeValue<Key extends keyof Values>(key: Key, value: Values[Key] | undefined): Promise<void> {
  const db = await database();
  if (value === undefined) await db.delete('values', key);
  else await db.put('values', value, key);
}
