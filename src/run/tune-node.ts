// Which of the settings that change no result but its last digits are fastest on this machine: tried with the small
// backbone that comes with Duet.
import type { SessionOptions } from '../runtime/session.ts';
import { openTrialStep, type TrialStep } from './trial-step-node.ts';

export type TunedSettings = {
  /** Threads inside one operation. */
  readonly threads: number;
  /**
   * Bytes that a block's widest activation has when as many clips as are best pass it together; undefined: Duet's own
   * choice.
   */
  readonly activationBytes?: number | undefined;
};

/** One setting that was tried. */
export type Trial = TunedSettings & {
  /** Of one training step: the fastest of several, as other programs can only slow one down. */
  readonly milliseconds: number;
  /** How many times it was timed. */
  readonly runs: number;
};

export type Tuning = {
  readonly best: TunedSettings;
  readonly trials: readonly Trial[];
  /** A step's time in 8 bits over that in float32, both with the best settings. */
  readonly eightBits: number;
};

export type TuneOptions = {
  readonly cores: number;
  /** About how long it may take. Default 45. */
  readonly seconds?: number;
  /** Of the pictures that the steps are timed on; default: the backbone's own. */
  readonly imageSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

const megabyte = 1e6;
// Duet's own choice is 5.
const activationSizes = [2.5, 10, 20].map((size) => size * megabyte);
/** A smaller gain may be chance. */
const worthwhile = 0.03;

/** Tries numbers of threads, then sizes of chunks with the best of them, then 8 bits with the best of both. */
export async function tune({
  cores,
  seconds = 45,
  imageSize,
  signal,
  onProgress = () => undefined,
}: TuneOptions): Promise<Tuning> {
  const fewer = threadCounts(cores).slice(1);
  const usual: TunedSettings = { threads: cores };
  const total = 4 + fewer.length + activationSizes.length;
  const progress = (done: number) => {
    signal?.throwIfAborted();
    onProgress(done, total);
  };
  progress(0);
  const byThreads = await race([usual, ...fewer.map((threads) => ({ threads }))], imageSize, seconds / 2, progress);
  const { threads } = better(byThreads);
  // Duet's own choice runs again beside the others, as the machine may be busier by now.
  const bySize = await race(
    [{ threads }, ...activationSizes.map((activationBytes) => ({ threads, activationBytes }))],
    imageSize,
    seconds / 2,
    (done) => progress(byThreads.length + done),
  );
  const { activationBytes } = better(bySize);
  const best = { threads, ...(activationBytes !== undefined && { activationBytes }) };
  const before = byThreads.length + bySize.length;
  const [full, eight] = await race([best, { ...best, precision: 'int8' }], imageSize, seconds / 4, (done) =>
    progress(before + done),
  );
  return {
    best,
    eightBits: eight!.milliseconds / full!.milliseconds,
    trials: [...byThreads.filter((trial) => trial.threads !== threads), ...bySize],
  };
}

/** From all cores down, halving; one at last. */
export function threadCounts(cores: number): number[] {
  const counts: number[] = [];
  for (let count = cores; count >= 1 && counts.length < 5; count = Math.floor(count / 2)) counts.push(count);
  return counts;
}

/** The fastest, or the first where the gain is too small to be believed. */
export function better(trials: readonly Trial[]): Trial {
  const first = trials[0]!;
  const fastest = trials.reduce((best, trial) => (trial.milliseconds < best.milliseconds ? trial : best));
  return fastest.milliseconds < first.milliseconds * (1 - worthwhile) ? fastest : first;
}

/** Times training steps with each of the settings in turn, so that what else the machine does meets all alike. */
async function race(
  settings: readonly (TunedSettings & Pick<SessionOptions, 'precision'>)[],
  imageSize: number | undefined,
  seconds: number,
  onOpened: (done: number) => void,
): Promise<Trial[]> {
  const entries: { step: TrialStep; times: number[] }[] = [];
  try {
    const end = performance.now() + 1000 * seconds;
    for (const session of settings) {
      const step = await openTrialStep({ session, imageSize });
      entries.push({ step, times: [] });
      // The first run prepares what later ones use.
      await step.run();
      onOpened(entries.length);
    }
    for (let round = 0; round < 10 && (round < 2 || performance.now() < end); round++)
      for (const { step, times } of entries) {
        const began = performance.now();
        await step.run();
        times.push(performance.now() - began);
      }
  } finally {
    for (const { step } of entries) await step.release();
  }
  return settings.map((setting, index) => {
    const { times } = entries[index]!;
    return { ...setting, milliseconds: Math.min(...times), runs: times.length };
  });
}
