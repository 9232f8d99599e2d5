// The demo from generated clips to a report page, each step by the same calls that the other commands make.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { annotationsFile } from '../demo/annotations.ts';
import { generateDemoData } from '../demo/generate.ts';
import { kindOfPath } from '../files/read-clearly.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic.ts';
import { demoPage } from '../pages/demo-page.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import type { TrainingConfig } from '../systems/ma-avt/training-config.ts';
import { evaluate } from '../train/evaluate.ts';
import type { Localisation } from '../train/localise.ts';
import { runFiles } from '../train/run-folder.ts';
import { train } from '../train/train.ts';
import type { Context } from './context.ts';
import type { DemoSettings } from './demo.ts';
import { showEvaluation } from './evaluate.ts';
import { localiseAndShow } from './localise-run.ts';
import type { Progress } from './progress.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { showTraining } from './train-progress.ts';

export type DemoResult = {
  readonly report: string;
  readonly run: string;
  readonly data: string;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly backgroundAuc: number | undefined;
  readonly clips: number;
  /** Of the test clips, by map or guess. */
  readonly localisation: Localisation['scores'];
  readonly seconds: number;
};

const defaultClips = 36;
const defaultEpochs = 2;

/** Runs the demo, or what is left of it in its folder. Undefined if it was interrupted: the next call goes on. */
export async function runDemo(
  settings: DemoSettings,
  context: Context,
  progress: Progress,
): Promise<DemoResult | undefined> {
  const began = performance.now();
  const { out, seed } = settings;
  const [data, run, report] = [join(out, 'clips'), join(out, 'run'), join(out, 'report.html')];
  const session = sessionOptions(settings, await knownOf(settings, context, progress, 'takes what is known'));
  const { signal } = context;
  await ensureFolder(out);
  // Only what a demo wrote is removed.
  if (settings.force && (await kindOfPath(join(data, annotationsFile))) === 'file') await rm(data, { recursive: true });

  await generate(data, settings, signal, progress);
  const training: TrainingConfig = { ...recipes.duet, seed, epochs: settings.epochs ?? defaultEpochs, batch: 32 };
  const begun = (await kindOfPath(join(run, runFiles.config))) === 'file';
  const trained = await train({
    ...{ data, out: run, training, session, signal, force: settings.force, resume: begun && !settings.force },
    onEvent: showTraining(progress),
  });
  if (trained.outcome === 'interrupted') return undefined;
  const evaluation = await evaluate({ run, data, session, signal, onEvent: showEvaluation(progress) });

  const { localisation, examples } = await localiseAndShow({ run, data, session, signal }, progress);
  const seconds = (performance.now() - began) / 1000;
  const page = await demoPage({
    ...{ evaluation, trained, localisation: localisation.scores, examples, seconds, run },
    command: context.commandLine,
  });
  await writeFileAtomic(report, page);
  const { accuracy, macroF1, backgroundAuc, clips } = evaluation;
  return {
    report,
    run,
    data,
    accuracy,
    macroF1,
    backgroundAuc,
    clips: clips.length,
    localisation: localisation.scores,
    seconds,
  };
}

async function generate(
  folder: string,
  settings: DemoSettings,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  const train = settings.clips ?? defaultClips;
  const clipsPerClass = { train, val: Math.max(2, Math.ceil(train / 4)), test: Math.max(2, Math.ceil(train / 2)) };
  const phase = progress.begin('make clips', undefined, { unit: 'clips' });
  let counted: ReturnType<Progress['begin']> | undefined;
  const { annotations } = await generateDemoData({
    ...{ folder, seed: settings.seed, clipsPerClass, signal },
    onProgress({ done, total }) {
      counted ??= progress.begin('clip', total, { unit: 'clips' });
      counted.update(done);
    },
  });
  phase.finish(`make clips: ${annotations.clips.length}`);
}
