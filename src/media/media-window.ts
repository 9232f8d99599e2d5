// A stretch of a media file as a media of its own.
import { DuetError } from '../errors.ts';
import { mixDown, type Sound } from '../signal/waveform.ts';
import type { Media } from './media.ts';

/**
 * From `start` to `statedEnd` in seconds on the file's clock, or to the file's end if that comes first: its time 0 is
 * `start`, and there is silence outside. Owns `media`.
 */
export function mediaWindow(media: Media, name: string, start: number, statedEnd: number | undefined): Media {
  if (start >= media.duration) {
    throw new DuetError(
      `${name} lasts ${media.duration.toFixed(3)} s, but is asked for from ${start} s on; correct the start.`,
    );
  }
  const end = statedEnd ?? media.duration;
  if (!(start >= 0 && end > start)) {
    throw new DuetError(
      `${name} is asked for from ${start} s to ${end} s; give a start from 0 on and an end after it.`,
    );
  }
  const duration = Math.min(end, media.duration) - start;
  const readChannels = async (from: number, to: number): Promise<Sound> => {
    const inner = { from: Math.min(Math.max(from, 0), duration), to: Math.min(Math.max(to, 0), duration) };
    const { channels, sampleRate } = await media.readChannels(start + inner.from, start + inner.to);
    if (inner.from === from && inner.to === to) return { channels, sampleRate };
    const length = Math.max(0, Math.round((to - from) * sampleRate));
    const offset = Math.round((inner.from - from) * sampleRate);
    const placed = channels.map((samples) => {
      const whole = new Float32Array(length);
      whole.set(samples.subarray(0, Math.max(0, length - offset)), offset);
      return whole;
    });
    return { channels: placed, sampleRate };
  };
  return {
    ...media,
    duration,
    readFrames: (times) => media.readFrames(times.map((time) => start + Math.min(Math.max(time, 0), duration))),
    readWaveform: async (from, to) => mixDown(await readChannels(from, to)),
    readChannels,
  };
}
