// `duet inspect`'s findings as people read them.

import type { MissingModality } from '../data/model-inputs.ts';
import { shortValue, thousands } from '../report/format.ts';
import { factLines } from '../report/text-table.ts';
import { metricText } from '../run/evaluation-result.ts';
import type { Epoch } from '../run/history-node.ts';
import { frontEnds } from '../signal/front-ends.ts';
import { systemNamed } from '../systems/registry.ts';
import type { System } from '../systems/system.ts';
import { adapterFormatVersion } from '../weights/adapter-config.ts';
import type { BackboneInspection, Inspection, MediaInspection, RunInspection } from './inspect-targets.ts';
import { settingFacts } from './setting-facts.ts';

export async function inspectionText(inspection: Inspection): Promise<string> {
  if (inspection.kind === 'media') return mediaText(inspection);
  return inspection.kind === 'backbone' ? backboneText(inspection) : runText(inspection);
}

function mediaText(inspection: MediaInspection): string {
  const { path, container, duration, video, audio, undecoded, frontEnd, windows } = inspection;
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
  const absent = (what: MissingModality) =>
    undecoded?.missing === what ? `${undecoded.codec}, which is not supported here` : 'none';
  const evaluated = windows.find((window) => window.evaluated);
  const facts: [string, string][] = [
    ['container', container],
    ['length', `${duration.toFixed(3)} s`],
    [
      'picture',
      video === undefined ? absent('picture') : `${video.codec}, ${video.width} × ${video.height}${turned}${stretched}`,
    ],
    ['sound', audio === undefined ? absent('sound') : `${audio.codec}, ${audio.sampleRate} Hz, ${channels}`],
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
  if (lacking !== undefined)
    facts.push([
      'note',
      `without ${lacking} it is refused${undecoded ? '; put ffmpeg on the PATH, or convert it to mp4 (H.264 and AAC)' : ', unless --missing zero is given'}`,
    ]);
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

async function runText({
  path,
  adapter,
  adapterFormat,
  parameters,
  tensors,
  run,
  epochs = 0,
  kept,
  best,
}: RunInspection): Promise<string> {
  const system = await systemNamed(adapter.system);
  const [height, width] = adapter.image_size;
  const facts: [string, string][] = [
    ...(adapter.classes.length === 0
      ? []
      : [['classes', `${adapter.classes.length}: ${adapter.classes.join(', ')}`] as [string, string]]),
    ['backbone', `${adapter.base_model_name_or_path} (${adapter.base_model_hash})`],
    ['system', adapter.system],
    ['input', `${width} × ${height} pixels`],
    ...settingFacts(system, run?.training ?? adapter.settings),
    ['adapter', `${thousands(parameters)} parameters in ${tensors.length} tensors`],
  ];
  if (run !== undefined) facts.push(['data', run.data], ['trained', `${epochs} of ${run.training.epochs} epochs`]);
  else if (adapterFormat < adapterFormatVersion)
    facts.push(['note', 'its format does not say how it was trained: of that, its recipe’s usual settings are listed']);
  if (kept === 0) facts.push(['kept', 'the start, before the first epoch']);
  if (best !== undefined) {
    facts.push(['kept', `epoch ${best.epoch}${validationText(system, best.validation)}`]);
  }
  return `${path}\n${factLines(facts)}`;
}

function validationText({ metrics }: System, validation: Epoch['validation']): string {
  const known = metrics.flatMap((metric) => {
    const value = validation?.[metric.name as keyof typeof validation] as number | null | undefined;
    return value == null ? [] : [`${metric.title} ${metricText(metric, value)}`];
  });
  return known.length === 0 ? '' : `: ${known.join(', ')} on the validation clips`;
}
