// The last seconds of camera and microphone as an open medium, so that they pass the same way as a file.
import type { Media } from '../../../src/media/media.ts';
import type { Picture } from '../../../src/signal/picture.ts';

export type SoundBuffer = {
  readonly sampleRate: number;
  /** Appends samples of one channel. */
  push(samples: Float32Array): void;
  /** The newest samples, at most as many as there are. */
  newest(seconds: number): Float32Array;
};

/** Holds the last `seconds` of sound. */
export function createSoundBuffer(sampleRate: number, seconds: number): SoundBuffer {
  const kept = new Float32Array(Math.ceil(sampleRate * seconds));
  let written = 0;
  return {
    sampleRate,
    push(samples) {
      for (const sample of samples) kept[written++ % kept.length] = sample;
    },
    newest(wanted) {
      const count = Math.min(written, kept.length, Math.round(wanted * sampleRate));
      return Float32Array.from({ length: count }, (_, index) => kept[(written - count + index) % kept.length]!);
    },
  };
}

/** One picture and some sound as a clip as long as the sound. @param samples one channel. */
export function momentMedia(frame: Picture, samples: Float32Array, sampleRate: number): Media {
  const stretch = (start: number, end: number) => {
    const first = Math.round(start * sampleRate);
    const heard = new Float32Array(Math.max(0, Math.round((end - start) * sampleRate)));
    heard.set(samples.subarray(Math.max(0, first), first + heard.length), Math.max(0, -first));
    return heard;
  };
  return {
    container: 'live',
    duration: samples.length / sampleRate,
    video: { codec: 'raw', width: frame.width, height: frame.height, rotation: 0, pixelAspectRatio: 1 },
    audio: { codec: 'raw', sampleRate, channels: 1 },
    readFrames: async (times) => times.map(() => frame),
    readWaveform: async (start, end) => ({ samples: stretch(start, end), sampleRate }),
    readChannels: async (start, end) => ({ channels: [stretch(start, end)], sampleRate }),
    close: async () => undefined,
  };
}
