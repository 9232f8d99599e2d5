// `duet inspect`'s findings as people read them.
import { shortValue, thousands } from '../report/format.ts';
import { frontEnds } from '../signal/front-ends.ts';
import type { AdapterInspection, BackboneInspection, Inspection, MediaInspection } from './inspect-targets.ts';
import { factLines } from './text-table.ts';

export function inspectionText(inspection: Inspection): string {
  if (inspection.kind === 'media') return mediaText(inspection);
  return inspection.kind === 'backbone' ? backboneText(inspection) : adapterText(inspection);
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
    facts.push(['training', windows.length === 1 ? 'the same' : `one of ${windows.length} windows: ${windows.map(rangeText).join(', ')}`]);
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
    ['model', `${config.name}: ${config.depth} blocks, ${config.width} channels, ${config.heads} heads, MLP ${config.mlpWidth}`],
    ['input', `${width} × ${height} pixels in patches of ${config.patchSize}: ${patches} patches`],
    ['pixels', `(x - [${config.mean.join(', ')}]) / [${config.std.join(', ')}]`],
    ['layer norm', `epsilon ${config.layerNormEpsilon}`],
    ['parameters', thousands(parameters)],
    ['hash', hash],
  ])}`;
}

function adapterText({ path, config, parameters, tensors }: AdapterInspection): string {
  const settings = JSON.stringify(config, undefined, 2)
    .split('\n')
    .map((line) => `  ${line}`);
  const widest = tensors.map(({ name, shape }): [string, string] => [name, shape.join(' × ') || 'one number']);
  return `${path}\n${factLines([
    ['parameters', thousands(parameters)],
    ['tensors', String(tensors.length)],
  ])}\n${factLines(widest)}\n${settings.join('\n')}\n`;
}
