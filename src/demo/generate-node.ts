// The embedded data set: short videos of things that sound, with everything about them known.
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { DuetError } from '../errors.ts';
import { errorCode, readError, writeError } from '../files/file-error.ts';
import { withFileLock } from '../files/file-lock-node.ts';
import { ensureFolder } from '../files/write-atomic-node.ts';
import {
  annotationsFile,
  type ClipAnnotation,
  type DemoAnnotations,
  readDemoAnnotations,
  type Split,
  splits,
} from './annotations-node.ts';
import { demoClasses } from './classes.ts';
import type { ClipKeys } from './clip.ts';
import { type Maker, openMakers } from './makers-node.ts';

export type DemoDataOptions = {
  /** Gets `train|val|test/<class>/NNN.webm` and `annotations.json`. It must not exist, or hold exactly this data. */
  readonly folder: string;
  /** A whole number; the same seed gives the same files, byte for byte. */
  readonly seed: number;
  readonly clipsPerClass: Readonly<Record<Split, number>>;
  readonly onProgress?: (progress: DemoDataProgress) => void;
  /** Stops the work; the promise is then rejected with the signal's reason and nothing is left behind. */
  readonly signal?: AbortSignal;
};

export type DemoDataProgress = { readonly done: number; readonly total: number };

export type DemoData = {
  readonly folder: string;
  readonly annotations: DemoAnnotations;
  /** True where the folder already held this data. */
  readonly reused: boolean;
};

/**
 * Draws, synthesises and encodes the clips, in as many threads as the machine has cores.
 * A DuetError says so if the folder holds something else or cannot be written.
 */
export async function generateDemoData(options: DemoDataOptions): Promise<DemoData> {
  const { folder, signal } = options;
  signal?.throwIfAborted();
  const present = await findDemoData(options);
  if (present) return { folder, annotations: present, reused: true };
  await ensureFolder(dirname(folder));
  // Whoever has waited for another process finds what that one made.
  return withFileLock(`${folder}.lock`, () => findOrMake(options), { signal });
}

async function findOrMake(options: DemoDataOptions): Promise<DemoData> {
  const { folder, seed, clipsPerClass, signal } = options;
  const present = await findDemoData(options);
  if (present) return { folder, annotations: present, reused: true };
  const keys = keysOf(seed, clipsPerClass);
  // The folder appears complete or not at all.
  const unfinished = `${folder}.unfinished`;
  try {
    // A killed process may have left one.
    await rm(unfinished, { recursive: true, force: true });
    await makeFolders(unfinished, keys);
    const clips = await makeClips(unfinished, keys, options);
    const annotations: DemoAnnotations = { version: 1, seed, clipsPerClass, classes: [...demoClasses], clips };
    await writeFile(join(unfinished, annotationsFile), `${JSON.stringify(annotations, null, 1)}\n`);
    signal?.throwIfAborted();
    // An empty folder makes way; anything else makes the renaming fail.
    await rmdir(folder).catch(() => undefined);
    await rename(unfinished, folder);
    return { folder, annotations, reused: false };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    signal?.throwIfAborted();
    throw writeError(folder, error);
  }
}

/** What the folder already holds, if it is what is asked for; undefined if there is no folder, or an empty one. */
async function findDemoData({ folder, seed, clipsPerClass }: DemoDataOptions): Promise<DemoAnnotations | undefined> {
  const entries = await readdir(folder).catch((error: unknown): string[] => {
    if (errorCode(error) === 'ENOENT') return [];
    throw readError(folder, error);
  });
  if (entries.length === 0) return undefined;
  const annotations = entries.includes(annotationsFile) ? await readDemoAnnotations(folder) : undefined;
  const same =
    annotations?.seed === seed && splits.every((split) => annotations.clipsPerClass[split] === clipsPerClass[split]);
  if (same) return annotations;
  throw new DuetError(
    `${folder} already holds something else than this demo data: remove it or choose another folder.`,
  );
}

function keysOf(seed: number, clipsPerClass: DemoDataOptions['clipsPerClass']): ClipKeys[] {
  return splits.flatMap((split) =>
    demoClasses.flatMap(({ name }) =>
      Array.from({ length: clipsPerClass[split] }, (_, index) => ({ seed, split, className: name, index })),
    ),
  );
}

async function makeFolders(root: string, keys: readonly ClipKeys[]): Promise<void> {
  await mkdir(root);
  for (const folder of new Set(keys.map(({ split, className }) => join(root, split, className))))
    await ensureFolder(folder);
}

async function makeClips(
  root: string,
  keys: readonly ClipKeys[],
  { onProgress, signal }: DemoDataOptions,
): Promise<ClipAnnotation[]> {
  const makers = openMakers(Math.min(availableParallelism(), 8, keys.length));
  const clips: ClipAnnotation[] = new Array(keys.length);
  let next = 0;
  let done = 0;
  const work = async (maker: Maker) => {
    try {
      while (next < keys.length) {
        signal?.throwIfAborted();
        const place = next++;
        const { annotation, bytes } = await maker.make(keys[place]!);
        await writeFile(join(root, annotation.path), bytes);
        clips[place] = annotation;
        onProgress?.({ done: ++done, total: keys.length });
      }
    } catch (error) {
      // The others stop too.
      next = keys.length;
      throw error;
    }
  };
  // All have stopped writing before anybody removes the folder.
  const outcomes = await Promise.allSettled(makers.map(work));
  await Promise.all(makers.map((maker) => maker.close()));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return clips;
}
