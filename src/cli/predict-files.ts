// Every file of `duet predict`, window by window. Windows are let go as soon as they are reported, as long videos have
// many.
import { basename, extname, join } from 'node:path';
import type { Truths } from '../data/truth-files-node.ts';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { eventFileForms } from '../files/events/events.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic-node.ts';
import type { MediaReference } from '../media/media.ts';
import type { Shown } from '../report/shown.ts';
import {
  type FilePredictor,
  openFilePredictor,
  type PredictedWindow,
  type PredictorOptions,
} from '../run/predict-node.ts';
import type { Context } from './context.ts';
import type { FilePrediction, PredictSettings } from './predict-settings.ts';
import type { Progress } from './progress.ts';
import { knownOf, sessionOptions } from './session-options.ts';

/** Predicts all files; one that cannot be read is reported as such and does not stop the others. */
export async function predictFiles(
  run: string,
  files: readonly string[],
  settings: PredictSettings,
  context: Context,
  progress: Progress,
): Promise<FilePrediction[]> {
  const { backbone, missing, overlays, report, prompt: prompts } = settings;
  const eventFiles = wantsEvents(settings) ? await import('./predict-events.ts') : undefined;
  eventFiles?.refuseTooManyFiles(files, settings);
  const truths = settings.truth && (await (await import('../data/truth-files-node.ts')).readTruths(settings.truth));
  if (overlays !== undefined) await ensureFolder(overlays);
  const session = sessionOptions(settings, await knownOf(settings, context, progress, 'starts at once'));
  const shown = overlays !== undefined || report !== undefined;
  const opening = { run, backbone, missing, prompts, session, signal: context.signal };
  if (settings.calibrate !== undefined) await calibrate(opening, settings.calibrate, settings, progress);
  const predictor = await openFilePredictor({ ...opening, shown });
  const unfit = whatIsUnfit(predictor.adapter, settings);
  if (unfit !== undefined) {
    await predictor.release();
    throw new DuetError(`${run} is a run of ${predictor.adapter.system.name}, which ${unfit}.`);
  }
  progress.note(`Predicting on ${predictor.provider}.`);
  const sections: Shown[] = [];
  const results: FilePrediction[] = [];
  const phase = progress.begin('predict', files.length);
  try {
    for (const [index, file] of files.entries()) {
      phase.update(index, basename(file));
      results.push(await predictFile(predictor, file, settings, context.signal, progress, { sections, truths }));
    }
    phase.update(files.length, '');
  } finally {
    await predictor.release();
  }
  await eventFiles?.writeEventFiles(results, settings, progress);
  if (report !== undefined) {
    const { predictionReport } = await import('./predict-report.ts');
    const page = await predictionReport(results, sections, { run, command: context.commandLine, settings });
    await writeFileAtomic(report, page);
    progress.note(`Report: ${report}`);
  }
  return results;
}

function wantsEvents(settings: PredictSettings): boolean {
  return eventFileForms.some((form) => settings[form] !== undefined);
}

/** What is asked of a run that its system does not have. */
function whatIsUnfit({ system, open }: FilePredictor['adapter'], settings: PredictSettings): string | undefined {
  const { maps = [] } = system;
  if (wantsEvents(settings) && !open.events) return 'finds no events to write';
  if (settings.map === undefined || maps.includes(settings.map)) return undefined;
  return maps.length === 0 ? 'has no maps; leave --map out' : `has the maps ${maps.join(' and ')}; name one by --map`;
}

async function calibrate(
  predictor: PredictorOptions,
  folder: string,
  { falseAlarms }: PredictSettings,
  progress: Progress,
): Promise<void> {
  const { calibrateRun } = await import('../run/calibrate-node.ts');
  const phase = progress.begin('calibrate');
  const { clips, skipped } = await calibrateRun({
    ...{ predictor, folder, falseAlarms: falseAlarms / 100, signal: predictor.signal },
    onProgress: (done) => phase.update(done),
  }).finally(() => phase.finish());
  progress.note(`${predictor.run} keeps a threshold for ${falseAlarms} % false alarms, by ${clips} real clips.`);
  for (const { path, reason } of skipped) progress.note(`Left out: ${path}: ${reason}`);
}

/** A report shows this many windows of a file: those where something new begins. */
const windowsShown = 4;

async function predictFile(
  predictor: FilePredictor,
  path: string,
  settings: PredictSettings,
  signal: AbortSignal,
  progress: Progress,
  { sections, truths }: { readonly sections: Shown[]; readonly truths: Truths | undefined },
): Promise<FilePrediction> {
  const { open } = predictor.adapter;
  const answers: unknown[] = [];
  const kept: PredictedWindow[] = [];
  let last: string | undefined;
  const phase = progress.begin('window');
  try {
    const reference = await referenceOf(path, settings);
    for await (const window of predictor.predict(reference, { hop: settings.hop, signal })) {
      answers.push(window.answer);
      if (settings.overlays !== undefined) await writeOverlays(predictor, window, path, settings);
      if (settings.report !== undefined && kept.length < windowsShown) {
        const { headline } = open.summary(predictor.result([window.answer], settings));
        if (headline !== last) kept.push(window);
        last = headline;
      }
      phase.update(answers.length);
    }
    const result = predictor.result(answers, settings);
    const { map } = settings;
    if (settings.report !== undefined) {
      const annotations = truths?.(path);
      const windows = kept.map(({ window, answer }) => ({ name: path, window, answer, map, annotations }));
      const { withOverviews } = await import('../run/clip-overview.ts');
      const media = await predictor.reader.open(reference, signal);
      sections.push(...(await withOverviews(open.shown(result, windows), media).finally(() => media.close())));
    }
    return { path, result, events: open.events?.(result), ...open.summary(result) };
  } catch (error) {
    if (signal.aborted) throw error;
    const message = isDuetError(error)
      ? error.message
      : `${messageOf(error)} (a fault of the program at this file); leave the file out.`;
    // A path that is a plain word could be in any sentence.
    const isNamed = /[./\\]/.test(path) && message.includes(path);
    return { path, error: isNamed ? message : `${path}: ${message}` };
  } finally {
    phase.finish();
  }
}

/** What a path means: a video, or with --audio a picture or a folder of frames. */
async function referenceOf(path: string, { audio, start, end }: PredictSettings): Promise<MediaReference> {
  const kind = await kindOfPath(path);
  if (kind === undefined) throw new DuetError(`There is no file ${path}; check the path.`);
  if (kind === 'folder' && audio === undefined)
    throw new DuetError(`${path} is a folder; name its videos, or give the sound of its frames by --audio.`);
  if (audio === undefined)
    return { kind: 'video', path, ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
  return kind === 'folder' ? { kind: 'frames', folder: path, audio } : { kind: 'pair', image: path, audio };
}

/** A PNG file for each picture and each spectrogram of a window under its map. */
async function writeOverlays(
  { adapter, result }: FilePredictor,
  { window, answer }: PredictedWindow,
  path: string,
  { overlays, map }: PredictSettings,
): Promise<void> {
  const [{ mapOverlays }, { encodePng }] = await Promise.all([
    import('../report/figures.ts'),
    import('../report/png-node.ts'),
  ]);
  const shown = adapter.open.shown(result([answer]), [{ name: path, window, answer, map }]);
  const stem = join(overlays!, `${basename(path, extname(path))}-${window.start.toFixed(1)}s`);
  for (const { kind, picture } of mapOverlays(shown)) {
    const ending = kind === 'picture' ? 'picture' : 'sound';
    await writeFileAtomic(`${stem}-${ending}.png`, await encodePng(picture));
  }
}
