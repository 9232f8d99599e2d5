// Every file of `duet predict`, window by window. Windows are let go as soon as they are told, as long videos have
// many.
import { basename, extname, join } from 'node:path';
import { spectrogramSizeOf } from '../data/settings.ts';
import { DuetError, isDuetError, messageOf } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly.ts';
import { ensureFolder, writeFileAtomic } from '../files/write-atomic.ts';
import { type Classifier, openClassifier, type WindowPrediction as Window } from '../infer/classifier.ts';
import { type LabelledWindow, timelineEvents } from '../infer/timeline.ts';
import type { MediaReference } from '../media/media.ts';
import { attentionOverlay } from '../report/attention-overlay.ts';
import { encodePng } from '../report/png-node.ts';
import type { CardShown } from '../report/shown.ts';
import { spectrogramPicture } from '../report/spectrogram-picture.ts';
import { frontEnds } from '../signal/front-ends.ts';
import { cardOfWindow, labelOf, type MapName, mapsOf } from '../systems/ma-avt/shown.ts';
import type { Context } from './context.ts';
import type { FilePrediction, PredictSettings, WindowPrediction } from './predict.ts';
import type { Progress } from './progress.ts';
import { knownOf, sessionOptions } from './session-options.ts';

/**
 * Predicts all files; one that cannot be read is reported as such and does not stop the others, whatever went wrong with
 * it.
 */
export async function predictFiles(
  run: string,
  files: readonly string[],
  settings: PredictSettings,
  context: Context,
  progress: Progress,
): Promise<FilePrediction[]> {
  if (settings.overlays !== undefined) await ensureFolder(settings.overlays);
  const { backbone, map, overlays, report } = settings;
  const evidence = map === 'evidence' && (overlays !== undefined || report !== undefined);
  const session = sessionOptions(settings, await knownOf(settings, context, progress, 'starts at once'));
  const classifier = await openClassifier({ run, backbone, session, evidence, signal: context.signal });
  progress.note(`Predicting on ${classifier.provider}.`);
  const examples: CardShown[] = [];
  const results: FilePrediction[] = [];
  const phase = progress.begin('predict', files.length);
  try {
    for (const [index, file] of files.entries()) {
      phase.update(index, basename(file));
      results.push(await predictFile(classifier, file, settings, context.signal, progress, examples));
    }
    phase.update(files.length, '');
  } finally {
    await classifier.release();
  }
  if (settings.report !== undefined) {
    const { predictionReport } = await import('./predict-report.ts');
    await writeFileAtomic(
      settings.report,
      await predictionReport(results, examples, { run, command: context.commandLine, settings }),
    );
    progress.note(`Report: ${settings.report}`);
  }
  return results;
}

// A report shows this many windows of a file: those where something new begins.
const examplesPerFile = 4;

async function predictFile(
  classifier: Classifier,
  path: string,
  settings: PredictSettings,
  signal: AbortSignal,
  progress: Progress,
  examples: CardShown[],
): Promise<FilePrediction> {
  const windows: WindowPrediction[] = [];
  const labelled: LabelledWindow[] = [];
  let shown = 0;
  const phase = progress.begin('window');
  try {
    const reference = await referenceOf(path, settings);
    for await (const window of classifier.predict(reference, {
      hop: settings.hop,
      missing: settings.missing,
      signal,
    })) {
      const label = labelOf(classifier, window);
      const isNew = windows.at(-1)?.label !== label;
      windows.push(told(classifier, window, label, settings.top));
      labelled.push({
        ...window,
        label: window.isBackground ? undefined : label,
        probability: window.probabilities[window.best] as number,
      });
      if (settings.overlays !== undefined)
        await writeOverlays(classifier, window, path, settings.overlays, settings.map);
      if (settings.report !== undefined && isNew && shown < examplesPerFile) {
        examples.push(cardOfWindow(classifier, window, path, { map: settings.map }));
        shown++;
      }
      phase.update(windows.length);
    }
    return { path, windows, events: timelineEvents(labelled, settings.threshold) };
  } catch (error) {
    if (signal.aborted) throw error;
    const message = isDuetError(error)
      ? error.message
      : `${messageOf(error)} (a fault of the program at this file); leave the file out.`;
    // A path that is a plain word could be in any sentence.
    const named = /[./\\]/.test(path) && message.includes(path);
    return { path, error: named ? message : `${path}: ${message}` };
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

function told({ adapter }: Classifier, window: Window, label: string, top: number): WindowPrediction {
  const ranked = window.probabilities.map((probability, index) => ({
    label: adapter.classes[index] ?? String(index),
    probability,
  }));
  ranked.sort((a, b) => b.probability - a.probability);
  const { start, end, backgroundProbability } = window;
  return { start, end, label, top: ranked.slice(0, top), backgroundProbability };
}

/** A PNG file for each modality of a window: the frame and the spectrogram under their maps. */
async function writeOverlays(
  classifier: Classifier,
  window: Window,
  path: string,
  folder: string,
  map: MapName,
): Promise<void> {
  const [gridHeight, gridWidth] = classifier.grid;
  const { inputs } = classifier.adapter;
  const stem = join(folder, `${basename(path, extname(path))}-${window.start.toFixed(1)}s`);
  const { frame, spectrogram } = window.inputs;
  const { visualMap, audioMap } = mapsOf(window, map);
  if (frame !== undefined && visualMap !== undefined) {
    await writeFileAtomic(
      `${stem}-picture.png`,
      await encodePng(attentionOverlay(frame, visualMap, gridHeight, gridWidth)),
    );
  }
  if (audioMap === undefined) return;
  const { height, width } = spectrogramSizeOf(inputs);
  const attention = { map: audioMap, gridHeight, gridWidth };
  const sound = spectrogramPicture(spectrogram, height, width, frontEnds[inputs.frontEnd].axes, { attention });
  await writeFileAtomic(`${stem}-sound.png`, await encodePng(sound));
}
