// An open clip that needs no file.
import type { Media } from '../media/media.ts';
import { createRandom } from '../random/random.ts';

/** Noise of `seconds` at `rate` and a picture that shows its time in its colour. */
export function fakeMedia(rate: number, seconds: number): Media {
  const random = createRandom('sound');
  const sound = Float32Array.from({ length: rate * seconds }, () => random.normal() * 0.1);
  return {
    container: 'fake',
    duration: seconds,
    video: { codec: 'fake', width: 80, height: 60, rotation: 0, pixelAspectRatio: 1 },
    audio: { codec: 'fake', sampleRate: rate, channels: 1 },
    readFrames: async (times) =>
      times.map((time) => ({ width: 80, height: 60, data: new Uint8Array(80 * 60 * 3).fill(Math.floor(time * 10)) })),
    async readWaveform(start, end) {
      const samples = new Float32Array(Math.round((end - start) * rate));
      const first = Math.round(start * rate);
      samples.forEach((_, index) => {
        samples[index] = sound[first + index] ?? 0;
      });
      return { samples, sampleRate: rate };
    },
    close: async () => undefined,
  };
}
