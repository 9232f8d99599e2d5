// The demo from generated clips to a report page, each step by the same calls that the other commands make.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { annotationsFile, type DemoAnnotations } from '../demo/annotations-node.ts';
import { generateDemoData } from '../demo/generate-node.ts';
import { idealBackgroundAuc } from '../demo/ideal-observer.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import { evaluate } from '../run/evaluate-node.ts';
import type { Localisation } from '../run/localise-node.ts';
import { runFiles } from '../run/place.ts';
import { train } from '../run/train-node.ts';
import { recipeNamed } from '../systems/registry.ts';
import type { Metric } from '../train/metric.ts';
import type { Context } from './context.ts';
import { agreementSection } from './demo-agreement.ts';
import { demoPage } from './demo-page.ts';
import { searchInDemo } from './demo-search.ts';
import type { DemoSettings } from './demo-settings.ts';
import { showEvaluation } from './evaluate.ts';
import { localiseAndShow } from './localise-run.ts';
import type { Progress } from './progress.ts';
import { knownOf, sessionOptions } from './session-options.ts';
import { showTraining } from './train-progress.ts';

export type DemoResult = {
  readonly report: string;
  readonly run: string;
  readonly data: string;
  /** Of the test clips. */
  readonly metrics: readonly (Metric & { readonly value: number })[];
  /** What of the background AUC the scenes allow. */
  readonly backgroundAucBound: number;
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

  const annotations = await generate(data, settings, signal, progress);
  const { settings: recipe } = await recipeNamed();
  const training = { ...recipe, seed, epochs: settings.epochs ?? defaultEpochs, batch: 32 };
  const begun = (await kindOfPath(join(run, runFiles.config))) === 'file';
  const trained = await train({
    ...{ data, out: run, training, session, signal, force: settings.force, resume: begun && !settings.force },
    onEvent: showTraining(progress),
  });
  if (trained.outcome === 'interrupted') return undefined;
  const evaluation = await evaluate({ run, data, session, signal, onEvent: showEvaluation(progress) });

  const { localisation, examples } = await localiseAndShow({ run, data, session, signal }, progress);
  const search = await searchInDemo({ run, data, index: join(out, 'index'), session, signal }, progress);
  const agreement = await agreementSection(
    { data, clips: annotations.clips, out: join(out, 'agreement'), seed, force: settings.force, session, signal },
    progress,
  );
  if (agreement === undefined) return undefined;
  const seconds = (performance.now() - began) / 1000;
  const page = await demoPage({
    ...{ evaluation, trained, localisation: localisation.scores, examples, more: [search, agreement], seconds, run },
    command: context.commandLine,
  });
  await writeFileAtomic(report, page);
  return {
    ...{ report, run, data },
    metrics: evaluation.adapter.system.metrics.flatMap((metric) => {
      const value = evaluation.scored.metrics[metric.name];
      return value == null ? [] : [{ ...metric, value }];
    }),
    backgroundAucBound: idealBackgroundAuc(),
    clips: evaluation.clips,
    localisation: localisation.scores,
    seconds,
  };
}

async function generate(
  folder: string,
  settings: DemoSettings,
  signal: AbortSignal,
  progress: Progress,
): Promise<DemoAnnotations> {
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
  return annotations;
}
