// Ogg files that were written one after another into one, as recordings of broadcasts are: mediabunny 1.61 reads the
// first of them alone.
import { CustomSource, Input, OGG } from 'mediabunny';
import { DuetError } from '../errors.ts';
import { mixDown, type Sound } from '../signal/waveform.ts';
import type { Media } from './media.ts';
import type { ReadBytes } from './mp4-edits.ts';

/** One file of a chain, as the demuxer takes it; `read` gives the bytes of the whole chain. */
export function linkInput(read: ReadBytes, start: number, end: number): Input {
  const source = new CustomSource({
    getSize: () => end - start,
    read: (from, to) => read(start + from, to - from),
    prefetchProfile: 'fileSystem',
  });
  return new Input({ source, formats: [OGG] });
}

/**
 * The sounds of several media as one, each beginning where the one before it ends; it owns them.
 * @throws DuetError where their sample rates differ.
 */
export function chained(links: readonly Media[], name: string): Media {
  const [{ container, video, audio, readFrames }] = links as [Media];
  const { sampleRate, channels: count } = audio!;
  let duration = 0;
  const parts = links.map((media) => {
    const start = duration;
    if (media.audio!.sampleRate !== sampleRate)
      throw new DuetError(
        `${name} is several recordings in one, with ${sampleRate} and from ${start.toFixed(3)} s on ${media.audio!.sampleRate} samples in a second; convert it to one sample rate.`,
      );
    duration += media.duration;
    return { media, start, end: duration };
  });

  const readChannels = async (start: number, end: number): Promise<Sound> => {
    const length = Math.max(0, Math.round((end - start) * sampleRate));
    const channels = Array.from({ length: count }, () => new Float32Array(length));
    for (const { media, ...part } of parts) {
      const [from, to] = [Math.max(start, part.start), Math.min(end, part.end)];
      const first = Math.round((from - start) * sampleRate);
      if (to <= from || first >= length) continue;
      const sound = await media.readChannels(from - part.start, to - part.start);
      const isSame = sound.channels.length === count;
      for (const [index, target] of channels.entries()) {
        const samples = isSame ? sound.channels[index]! : mixDown(sound).samples;
        target.set(samples.subarray(0, length - first), first);
      }
    }
    return { channels, sampleRate };
  };

  return {
    ...{ container, duration, video, audio, readFrames, readChannels },
    readWaveform: async (start, end) => mixDown(await readChannels(start, end)),
    close: async () => {
      for (const media of links) await media.close();
    },
  };
}
