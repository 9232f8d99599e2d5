// `duet inspect`'s findings as people read them.
import { percent, shortValue, thousands } from '../report/format.ts';
import { factLines } from '../report/text-table.ts';
import { frontEnds } from '../signal/front-ends.ts';
import type { BackboneInspection, Inspection, MediaInspection, RunInspection } from './inspect-targets.ts';

export function inspectionText(inspection: Inspection): string {
  if (inspection.kind === 'media') return mediaText(inspection);
  return inspection.kind === 'backbone' ? backboneText(inspection) : runText(inspection);
}

function mediaText({ path, container, duration, video, audio, frontEnd, windows }: MediaInspection): string {
  const { seconds, sampleRate } = frontEnds[frontEnd];
  const turned = video?.rotation ? `, turned ${video.rotation}° clockwise` : '';
  const stretched =
    video === undefined || video.pixelAspectRatio === 1
      ? ''
      : `, pixels ${shortValue(video.pixelAspectRatio)} times as wide as high made square`;
  const channels =
    audio === undefined
      ? ''
      : audio.channels === 1
        ? 'mono'
        : audio.channels === 2
          ? 'stereo, mean taken'
          : `${audio.channels} channels, mean taken`;
  const evaluated = windows.find((window) => window.evaluated);
  const facts: [string, string][] = [
    ['container', container],
    ['length', `${duration.toFixed(3)} s`],
    ['picture', video === undefined ? 'none' : `${video.codec}, ${video.width} × ${video.height}${turned}${stretched}`],
    ['sound', audio === undefined ? 'none' : `${audio.codec}, ${audio.sampleRate} Hz, ${channels}`],
    ['front end', `${frontEnd}: ${seconds} s of sound at ${sampleRate} Hz`],
  ];
  if (evaluated !== undefined) {
    facts.push(['evaluation', `${rangeText(evaluated)}, frame at ${evaluated.frame.toFixed(3)} s`]);
    facts.push([
      'training',
      windows.length === 1 ? 'the same' : `one of ${windows.length} windows: ${windows.map(rangeText).join(', ')}`,
    ]);
  }
  const lacking = video === undefined ? 'picture' : audio === undefined ? 'sound' : undefined;
  if (lacking !== undefined) facts.push(['note', `without ${lacking} it is refused, unless --missing zero is given`]);
  return `${path}\n${factLines(facts)}`;
}

function rangeText({ start, end }: { readonly start: number; readonly end: number }): string {
  return `${start.toFixed(2)}–${end.toFixed(2)} s`;
}

function backboneText({ source, config, parameters, hash }: BackboneInspection): string {
  const [height, width] = config.inputSize;
  const patches = (height / config.patchSize) * (width / config.patchSize);
  return `${source}\n${factLines([
    [
      'model',
      `${config.name}: ${config.depth} blocks, ${config.width} channels, ${config.heads} heads, MLP ${config.mlpWidth}`,
    ],
    ['input', `${width} × ${height} pixels in patches of ${config.patchSize}: ${patches} patches`],
    ['pixels', `(x - [${config.mean.join(', ')}]) / [${config.std.join(', ')}]`],
    ['layer norm', `epsilon ${config.layerNormEpsilon}`],
    ['parameters', thousands(parameters)],
    ['hash', hash],
  ])}`;
}

function runText({ path, adapter, parameters, tensors, run, epochs = 0, kept, best }: RunInspection): string {
  const [height, width] = adapter.image_size;
  const facts: [string, string][] = [
    ['classes', `${adapter.classes.length}: ${adapter.classes.join(', ')}`],
    ['backbone', `${adapter.base_model_name_or_path} (${adapter.base_model_hash})`],
    ['input', `${width} × ${height} pixels, ${adapter.front_end} spectrograms`],
    ['tokens', `${adapter.tokens.audio} audio, ${adapter.tokens.visual} visual, ${adapter.tokens.shared} shared`],
    ['adapter', `${thousands(parameters)} parameters in ${tensors.length} tensors`],
  ];
  if (run !== undefined) {
    const { training } = run;
    facts.push(
      ['data', run.data],
      ['recipe', `${training.recipe}, seed ${training.seed}`],
      ['epochs', `${epochs} of ${training.epochs}`],
    );
  }
  if (kept === 0) facts.push(['kept', 'the start, before the first epoch']);
  if (best !== undefined) {
    const background =
      best.validationBackgroundAuc == null ? '' : `, background AUC ${best.validationBackgroundAuc.toFixed(3)}`;
    facts.push([
      'kept',
      `epoch ${best.epoch}: ${percent(best.validationAccuracy ?? undefined)} of the validation clips right${background}`,
    ]);
  }
  return `${path}\n${factLines(facts)}`;
}
