// How long a sound begins with digital silence. Fakes of some data sets do and their real clips do not, which a
// detector must not learn (arXiv 2412.00175).

/** A sample louder than this is sound. */
const loudest = 0.0005;

export function isSilent(samples: Float32Array): boolean {
  return !samples.some((sample) => Math.abs(sample) > loudest);
}

/** Seconds before the first sound; all of them where there is none. */
export function leadingSilence(samples: Float32Array, sampleRate: number): number {
  const first = samples.findIndex((sample) => Math.abs(sample) > loudest);
  return (first < 0 ? samples.length : first) / sampleRate;
}

/**
 * Whole frames to cut off the beginning of a clip: those that are silent, rounded up to the next frame, and one more; 0
 * where the sound begins at once or never.
 * @param samples from the clip's beginning.
 */
export function silentFrames(samples: Float32Array, sampleRate: number, framesPerSecond: number): number {
  if (isSilent(samples)) return 0;
  const seconds = leadingSilence(samples, sampleRate);
  return seconds === 0 ? 0 : Math.ceil(seconds * framesPerSecond) + 1;
}
