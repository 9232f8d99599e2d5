// A stretch of a media file as a media of its own.
import { DuetError } from '../errors.ts';
import type { Waveform } from '../signal/waveform.ts';
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
  return {
    ...media,
    duration,
    readFrames: (times) => media.readFrames(times.map((time) => start + Math.min(Math.max(time, 0), duration))),
    readWaveform: async (from, to): Promise<Waveform> => {
      const inner = { from: Math.min(Math.max(from, 0), duration), to: Math.min(Math.max(to, 0), duration) };
      const { samples, sampleRate } = await media.readWaveform(start + inner.from, start + inner.to);
      if (inner.from === from && inner.to === to) return { samples, sampleRate };
      const whole = new Float32Array(Math.max(0, Math.round((to - from) * sampleRate)));
      const offset = Math.round((inner.from - from) * sampleRate);
      whole.set(samples.subarray(0, Math.max(0, whole.length - offset)), offset);
      return { samples: whole, sampleRate };
    },
  };
}
