// An open clip that needs no file.
import type { Media } from '../media/media.ts';
import { createRandom } from '../random.ts';

/** Noise of `seconds` at `rate` and a picture that shows its time in its colour. */
export function fakeMedia(rate: number, seconds: number): Media {
  const random = createRandom('sound');
  const sound = Float32Array.from({ length: rate * seconds }, () => random.normal() * 0.1);
  const stretch = (start: number, end: number) => {
    const first = Math.round(start * rate);
    return Float32Array.from({ length: Math.round((end - start) * rate) }, (_, index) => sound[first + index] ?? 0);
  };
  return {
    container: 'fake',
    duration: seconds,
    video: { codec: 'fake', width: 80, height: 60, rotation: 0, pixelAspectRatio: 1 },
    audio: { codec: 'fake', sampleRate: rate, channels: 1 },
    readFrames: async (times) =>
      times.map((time) => ({ width: 80, height: 60, data: new Uint8Array(80 * 60 * 3).fill(Math.floor(time * 10)) })),
    readWaveform: async (start, end) => ({ samples: stretch(start, end), sampleRate: rate }),
    readChannels: async (start, end) => ({ channels: [stretch(start, end)], sampleRate: rate }),
    close: async () => undefined,
  };
}
