// The sound of what is in view, from a file to files: for any system whose answer is sound.
import { openMediaReader } from '../data/media-reader-node.ts';
import { DuetError } from '../errors.ts';
import type { MediaReference } from '../media/media.ts';
import { replaceSound } from '../media/replace-sound-node.ts';
import { writeSoundFile } from '../media/sound-file-node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import type { Channels } from '../signal/waveform.ts';
import type { Stems, StemsOptions } from '../systems/system.ts';
import type { Adapter } from './adapter.ts';
import { shareItems } from './share-items.ts';

export type ExtractOptions = Pick<StemsOptions, 'hop' | 'boxes'> & {
  readonly adapter: Adapter;
  readonly clip: MediaReference;
  /** WAV files for what was asked for and for the rest, and a video with the former beside the clip's picture. */
  readonly out?: string | undefined;
  readonly rest?: string | undefined;
  readonly mux?: string | undefined;
  readonly session?: SessionOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
};

export type Extracted = { readonly seconds: number; readonly sampleRate: number; readonly channels: number };

/**
 * Writes each of the files whole or not at all.
 * @throws DuetError for clips that cannot be read or lack picture or sound, and files that cannot be written.
 */
export async function extractSound(options: ExtractOptions): Promise<Extracted> {
  const { adapter, clip, out, rest, mux, hop, boxes, signal, onProgress } = options;
  const { open, tensors } = adapter;
  if (!open.stems)
    throw new DuetError(`An adapter of ${adapter.system.name} gives no sound; name a run of the recipe extract.`);
  if (mux !== undefined && (clip.kind !== 'video' || clip.start !== undefined || clip.end !== undefined))
    throw new DuetError('Sound is put back beside a whole video only; leave --mux out, or the start and the end.');
  const openSession = nodeSessions(options.session);
  const reader = await openMediaReader();
  try {
    const media = await reader.open(clip, signal);
    try {
      const { duration, audio } = media;
      const stems = open.stems(media, {
        ...{ openSession, tensors, hop, boxes },
        onProgress(seconds) {
          signal?.throwIfAborted();
          onProgress?.(seconds, duration);
        },
      });
      const format = { sampleRate: audio?.sampleRate ?? 0, channels: audio?.channels ?? 0 };
      const wave = (path: string | undefined, which: keyof Stems) =>
        path === undefined
          ? []
          : [(items: AsyncIterable<Stems>) => writeSoundFile(path, stem(items, which), format, duration)];
      const video =
        mux === undefined || clip.kind !== 'video'
          ? []
          : [(items: AsyncIterable<Stems>) => replaceSound(clip.path, mux, stem(items, 'target'), format)];
      await shareItems(stems, [...wave(out, 'target'), ...wave(rest, 'rest'), ...video]);
      return { seconds: duration, ...format };
    } finally {
      await media.close();
    }
  } finally {
    reader.close();
  }
}

async function* stem(items: AsyncIterable<Stems>, which: keyof Stems): AsyncGenerator<Channels> {
  for await (const { [which]: channels } of items) yield channels;
}
