// A trained run's threshold set by real clips for a wanted rate of false alarms, and kept in its adapter.
import type { Json } from '../data/intake.ts';
import { DuetError, isDuetError } from '../errors.ts';
import { upgradeAdapter } from '../systems/registry.ts';
import type { AdapterConfig } from '../weights/adapter-config.ts';
import { readAdapter, writeAdapter } from '../weights/adapter-folder-node.ts';
import { findVideos } from './find-videos-node.ts';
import { openFilePredictor, type PredictorOptions } from './predict-node.ts';

export type CalibrateOptions = {
  /** Whose adapter and on what; see openFilePredictor. */
  readonly predictor: PredictorOptions;
  /** Real videos that the run has not learnt from. */
  readonly folder: string;
  /** The share of real clips that may be called fake. */
  readonly falseAlarms: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
};

export type CalibratedRun = {
  readonly clips: number;
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
};

/**
 * Writes the decision into the adapter's folder; predictors that are opened from then on decide by it.
 * @throws DuetError for systems that have nothing to calibrate, and where too few clips can be judged.
 */
export async function calibrateRun(options: CalibrateOptions): Promise<CalibratedRun> {
  const { folder, falseAlarms, signal, onProgress } = options;
  const { run } = options.predictor;
  const videos = await findVideos([folder]);
  const predictor = await openFilePredictor(options.predictor);
  const results: unknown[] = [];
  const skipped: CalibratedRun['skipped'][number][] = [];
  try {
    const { system, open } = predictor.adapter;
    if (!open.calibrated)
      throw new DuetError(
        `${run} is a run of ${system.name}, whose verdicts have no rate of false alarms; leave out --calibrate.`,
      );
    for (const [done, { path }] of videos.entries()) {
      onProgress?.(done, videos.length);
      try {
        results.push(await predictor.resultOf({ kind: 'video', path }, { signal }));
      } catch (error) {
        if (signal?.aborted || !isDuetError(error)) throw error;
        skipped.push({ path, reason: error.message });
      }
    }
    onProgress?.(videos.length, videos.length);
    await keepDecision(run, open.calibrated(results, falseAlarms));
  } finally {
    await predictor.release();
  }
  return { clips: results.length, skipped };
}

async function keepDecision(run: string, decision: Readonly<Record<string, Json>>): Promise<void> {
  const { config, tensors } = await readAdapter(run, upgradeAdapter);
  const kept = { ...config.decision, ...decision } as AdapterConfig['decision'];
  await writeAdapter(run, { config: { ...config, decision: kept }, tensors });
}
