// Clips that are computed instead of filmed, each of another tone and pattern: for training steps of which only the
// time matters.
import type { Example } from '../data/dataset.ts';
import type { Media } from '../media/media.ts';

const seconds = 4;
const side = 64;
const sampleRate = 16_000;

/** @param classes names; the clips take turns. */
export function trialExamples(count: number, classes: readonly string[]): Example[] {
  return Array.from({ length: count }, (_, clip) => ({
    id: String(clip),
    annotations: [{ kind: 'class', label: classes[clip % classes.length]! }],
    split: 'train',
    media: { kind: 'video', path: String(clip) },
  }));
}

/** The example with this number. */
export function trialMedia(clip: number): Media {
  const tone = 2 * Math.PI * 100 * (clip + 1);
  const samplesBetween = (start: number, end: number) =>
    Float32Array.from(
      { length: Math.round((end - start) * sampleRate) },
      (_, index) => 0.5 * Math.sin(tone * (start + index / sampleRate)),
    );
  const frameAt = (time: number) => ({
    ...{ width: side, height: side },
    data: Uint8Array.from({ length: 3 * side * side }, (_, index) => 128 + 127 * Math.sin((clip + 1) * index + time)),
  });
  return {
    container: 'computed',
    duration: seconds,
    video: { codec: 'computed', width: side, height: side, rotation: 0, pixelAspectRatio: 1 },
    audio: { codec: 'computed', sampleRate, channels: 1 },
    readFrames: async (times) => times.map(frameAt),
    readWaveform: async (start, end) => ({ samples: samplesBetween(start, end), sampleRate }),
    readChannels: async (start, end) => ({ channels: [samplesBetween(start, end)], sampleRate }),
    close: async () => undefined,
  };
}
