// What `duet inspect` finds behind a name.
import { join } from 'node:path';
import * as z from 'zod';
import { candidateWindows, frameTime, middleOf } from '../data/windows.ts';
import { DuetError } from '../errors.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import type { AudioTrack, Undecoded, VideoTrack } from '../media/media.ts';
import type { Epoch } from '../run/history-node.ts';
import type { RunConfig } from '../run/run-folder-node.ts';
import { type FrontEndName, frontEnds } from '../signal/front-ends.ts';
import type { AdapterConfig } from '../weights/adapter-config.ts';
import type { BackboneConfig } from '../weights/backbone.ts';

/** A window that training may take; evaluation takes one of them. Seconds on the file's clock. */
export type InspectedWindow = {
  readonly start: number;
  readonly end: number;
  readonly frame: number;
  readonly evaluated: boolean;
};

export type MediaInspection = {
  readonly kind: 'media';
  readonly path: string;
  readonly container: string;
  readonly duration: number;
  readonly video: VideoTrack | undefined;
  readonly audio: AudioTrack | undefined;
  readonly undecoded?: Undecoded | undefined;
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

/** A folder that training wrote: the adapter, and where the run's own files lie beside it, how it was trained. */
export type RunInspection = {
  readonly kind: 'run';
  readonly path: string;
  /** With the run's own settings where those are there, which an adapter of an older format does not have. */
  readonly adapter: AdapterConfig;
  /** The format that the adapter's file is written in. */
  readonly adapterFormat: number;
  readonly parameters: number;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly run?: RunConfig;
  readonly epochs?: number;
  /** The epoch whose adapter the run holds; 0 is the start. */
  readonly kept?: number | null;
  readonly best?: Epoch | undefined;
};

export type Inspection = MediaInspection | BackboneInspection | RunInspection;

// Else a mistyped video would be looked for among backbones.
const mediaName = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|flv|wav|mp3|m4a|ogg|flac|jpe?g|png|webp)$/i;

/**
 * Looks at what is there: a folder with an adapter, other folders, safetensors files and names as backbones, other
 * files as media.
 */
export async function inspect(target: string, frontEnd: FrontEndName, signal?: AbortSignal): Promise<Inspection> {
  const kind = await kindOfPath(target);
  if (kind === 'folder' && (await kindOfPath(join(target, 'adapter_config.json'))) === 'file')
    return inspectRun(target);
  if (kind === 'file' && !target.endsWith('.safetensors')) return inspectMedia(target, frontEnd, signal);
  if (kind === undefined && mediaName.test(target)) throw new DuetError(`There is no file ${target}; check the path.`);
  return inspectBackbone(target, signal);
}

async function inspectMedia(
  path: string,
  frontEnd: FrontEndName,
  signal: AbortSignal | undefined,
): Promise<MediaInspection> {
  const { openMediaReader } = await import('../data/media-reader-node.ts');
  const reader = await openMediaReader();
  try {
    const media = await reader.open({ kind: 'video', path }, signal);
    const { container, duration, video, audio, undecoded } = media;
    const ranges = duration > 0 ? candidateWindows({ start: 0, end: duration }, frontEnds[frontEnd].seconds) : [];
    const windows = ranges.map((range, index) => ({
      ...range,
      frame: frameTime(range),
      evaluated: index === middleOf(ranges),
    }));
    return {
      kind: 'media',
      path,
      container,
      duration,
      video,
      audio,
      ...(undecoded && { undecoded }),
      frontEnd,
      windows,
    };
  } finally {
    reader.close();
  }
}

async function inspectBackbone(source: string, signal: AbortSignal | undefined): Promise<BackboneInspection> {
  const { openBackbone } = await import('../weights/open-backbone-node.ts');
  const backbone = await openBackbone(source, signal && { signal });
  const parameters = [...backbone.weights.values()].reduce((sum, weight) => sum + weight.data.length, 0);
  return { kind: 'backbone', source: backbone.source, config: backbone.config, parameters, hash: backbone.hash };
}

/** Of a file that was read as an adapter's. */
const writtenSchema = z.looseObject({ format_version: z.number() });

async function inspectRun(path: string): Promise<RunInspection> {
  const [{ adapterConfigFile, readAdapter }, { readRunConfig }, { runFiles }, { upgradeAdapter }] = await Promise.all([
    import('../weights/adapter-folder-node.ts'),
    import('../run/run-folder-node.ts'),
    import('../run/place.ts'),
    import('../systems/registry.ts'),
  ]);
  const adapter = await readAdapter(path, upgradeAdapter);
  const written = writtenSchema.parse(await readJsonClearly(join(path, adapterConfigFile)));
  const tensors = [...adapter.tensors].map(([name, { shape }]) => ({ name, shape }));
  const parameters = [...adapter.tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const adapterFormat = written.format_version;
  const found = { kind: 'run', path, adapter: adapter.config, adapterFormat, parameters, tensors } as const;
  if ((await kindOfPath(join(path, runFiles.config))) !== 'file') return found;
  const { readHistory } = await import('../run/history-node.ts');
  const { kept, epochs } = await readHistory(join(path, runFiles.history));
  const run = await readRunConfig(path);
  return {
    ...found,
    adapter: { ...adapter.config, settings: run.training as unknown as AdapterConfig['settings'] },
    run,
    epochs: epochs.length,
    kept,
    best: epochs.find(({ epoch }) => epoch === kept),
  };
}
