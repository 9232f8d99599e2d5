// The demo's section on whether a picture and a sound belong together: a detector that has learned from real clips
// alone, and what it says of one clip as it is and with its sound shifted.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipAnnotation, Split } from '../demo/annotations-node.ts';
import { createClip } from '../demo/clip.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import { encodeClip } from '../media/encode-clip.ts';
import type { Shown, ShownSection } from '../report/shown.ts';
import { evaluate } from '../run/evaluate-node.ts';
import { runFiles } from '../run/place.ts';
import { openFilePredictor } from '../run/predict-node.ts';
import { train } from '../run/train-node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { recipeNamed } from '../systems/registry.ts';
import type { SystemSettings } from '../systems/system.ts';
import { showEvaluation } from './evaluate.ts';
import type { Progress } from './progress.ts';
import { showTraining } from './train-progress.ts';

export type DemoAgreementOptions = {
  /** The demo's clips, and what is known of them. */
  readonly data: string;
  readonly clips: readonly ClipAnnotation[];
  /** Gets clips, run and the tampered clip. */
  readonly out: string;
  readonly seed: number;
  readonly force: boolean;
  readonly session: SessionOptions;
  readonly signal: AbortSignal;
};

/** Clips of each class, at most: enough to learn from within half a minute. */
const clipsOfClass: Readonly<Record<Split, number>> = { train: 18, val: 2, test: 5 };
/** Whose first test clip is shown. */
const shownClass = 'calling-bird';

/** Undefined if it was interrupted. */
export async function agreementSection(
  options: DemoAgreementOptions,
  progress: Progress,
): Promise<ShownSection | undefined> {
  const { out, seed, force, session, signal } = options;
  const [videos, run] = [join(out, 'real-clips'), join(out, 'run')];
  await copyClips(options, videos);
  const begun = (await kindOfPath(join(run, runFiles.config))) === 'file';
  const trained = await train({
    ...{ data: videos, out: run, training: { ...(await recipe()), seed }, session, signal },
    ...{ force, resume: begun && !force },
    onEvent: showTraining(progress),
  });
  if (trained.outcome === 'interrupted') return undefined;
  const { scored, clips } = await evaluate({ run, data: videos, session, signal, onEvent: showEvaluation(progress) });
  const pair = await writePair(options);
  const predictor = await openFilePredictor({ run, session, shown: true });
  const shown: Shown[] = [];
  try {
    for (const { path, name } of pair) {
      const windows = [];
      for await (const { window, answer } of predictor.predict({ kind: 'video', path }, { signal }))
        windows.push({ name, window, answer });
      const result = predictor.result(windows.map(({ answer }) => answer));
      shown.push(...predictor.adapter.open.shown(result, windows));
    }
  } finally {
    await predictor.release();
  }
  const kinds = scored.shown.find(({ id }) => id === 'methods')?.shown ?? [];
  return {
    id: 'agreement',
    title: `Do picture and sound belong together? ${clips} other clips as they are and tampered with`,
    shown: [...kinds, ...shown],
  };
}

/** For things that sound; without the strong encoding, which would take longer than all the rest. */
async function recipe(): Promise<SystemSettings> {
  const settings = { ...(await recipeNamed('authentic-things')).settings, epochs: 4, recode: false };
  return settings;
}

/** Some clips of each class as real ones, split by split. */
async function copyClips({ data, clips }: DemoAgreementOptions, videos: string): Promise<void> {
  for (const { path, split, index, class: className } of clips) {
    if (index >= clipsOfClass[split]) continue;
    const folder = join(videos, split, 'real');
    await ensureFolder(folder);
    await copyFile(join(data, path), join(folder, `${className}-${index}.webm`));
  }
}

/** By how much the sound of the tampered clip is early. */
const shiftSeconds = 0.5;

/** A test clip as it is, and once more with its sound too early. */
async function writePair({ data, out, seed }: DemoAgreementOptions) {
  const keys = { seed, split: 'test', className: shownClass, index: 0 } as const;
  const { frames, sound, annotation } = createClip(keys);
  const { framesPerSecond } = annotation;
  const shifted = join(out, 'shifted.webm');
  const bytes = await encodeClip({
    ...{ framesPerSecond, frames: frames.slice(0, frames.length - shiftSeconds * framesPerSecond) },
    sound: { ...sound, samples: sound.samples.slice(shiftSeconds * sound.sampleRate) },
  });
  await writeFileAtomic(shifted, bytes);
  return [
    { path: join(data, annotation.path), name: `${annotation.path}, as recorded` },
    { path: shifted, name: `${annotation.path}, its sound ${shiftSeconds} s early` },
  ];
}
