// What `duet inspect` finds behind a name.
import { join } from 'node:path';
import { candidateWindows, frameTime, middleOf } from '../data/windows.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath, readFileClearly, readJsonClearly } from '../files/read-clearly.ts';
import { readSafetensors } from '../files/safetensors.ts';
import type { AudioTrack, VideoTrack } from '../media/media.ts';
import { type FrontEndName, frontEnds } from '../signal/front-ends.ts';
import type { BackboneConfig } from '../weights/backbone.ts';

/** A window that training may take; evaluation takes one of them. Seconds on the file's clock. */
export type InspectedWindow = { readonly start: number; readonly end: number; readonly frame: number; readonly evaluated: boolean };

export type MediaInspection = {
  readonly kind: 'media';
  readonly path: string;
  readonly container: string;
  readonly duration: number;
  readonly video: VideoTrack | undefined;
  readonly audio: AudioTrack | undefined;
  readonly frontEnd: FrontEndName;
  readonly windows: readonly InspectedWindow[];
};

export type BackboneInspection = {
  readonly kind: 'backbone';
  readonly source: string;
  readonly config: BackboneConfig;
  readonly parameters: number;
  readonly hash: string;
};

export type AdapterInspection = {
  readonly kind: 'adapter';
  readonly path: string;
  readonly config: unknown;
  readonly parameters: number;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
};

export type Inspection = MediaInspection | BackboneInspection | AdapterInspection;

// Else a mistyped video would be looked for among backbones.
const mediaName = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|flv|wav|mp3|m4a|ogg|flac|jpe?g|png|webp)$/i;

const adapterConfigFile = 'adapter_config.json';
const adapterWeightsFile = 'adapter_model.safetensors';

/** Looks at what is there: a folder with an adapter, other folders, safetensors files and names as backbones, other files as media. */
export async function inspect(target: string, frontEnd: FrontEndName): Promise<Inspection> {
  const kind = await kindOfPath(target);
  if (kind === 'folder' && (await kindOfPath(join(target, adapterConfigFile))) === 'file') return inspectAdapter(target);
  if (kind === 'file' && !target.endsWith('.safetensors')) return inspectMedia(target, frontEnd);
  if (kind === undefined && mediaName.test(target)) throw new DuetError(`There is no file ${target}; check the path.`);
  return inspectBackbone(target);
}

async function inspectMedia(path: string, frontEnd: FrontEndName): Promise<MediaInspection> {
  const { openMedia } = await import('../media/open-media-node.ts');
  const media = await openMedia(path);
  try {
    const { container, duration, video, audio } = media;
    const ranges = duration > 0 ? candidateWindows({ start: 0, end: duration }, frontEnds[frontEnd].seconds) : [];
    const windows = ranges.map((range, index) => ({ ...range, frame: frameTime(range), evaluated: index === middleOf(ranges) }));
    return { kind: 'media', path, container, duration, video, audio, frontEnd, windows };
  } finally {
    await media.close();
  }
}

async function inspectBackbone(source: string): Promise<BackboneInspection> {
  const { openBackbone } = await import('../weights/open-backbone-node.ts');
  const backbone = await openBackbone(source);
  const parameters = [...backbone.weights.values()].reduce((sum, weight) => sum + weight.data.length, 0);
  return { kind: 'backbone', source: backbone.source, config: backbone.config, parameters, hash: backbone.hash };
}

async function inspectAdapter(path: string): Promise<AdapterInspection> {
  const config = await readJsonClearly(join(path, adapterConfigFile));
  const file = join(path, adapterWeightsFile);
  const { tensors } = readSafetensors(await readFileClearly(file), file);
  const shapes = [...tensors].map(([name, tensor]) => ({ name, shape: tensor.shape }));
  const parameters = shapes.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return { kind: 'adapter', path, config, parameters, tensors: shapes };
}
