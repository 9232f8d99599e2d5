import { describe, expect, test } from 'vitest';
import type { Picture } from '../../signal/picture.ts';
import { audioPatches, frameTimes, sampleRate, secondsOf, squareFrame, videoPatches } from './inputs.ts';
import { fullNetwork, tokenSizes } from './network.ts';
import { tinyNetwork } from './tiny-network.test-data.ts';

/** Two times as wide as high: red grows to the right, green downwards, blue is the frame's number. */
function frame(number: number, size: number): Picture {
  const data = new Uint8Array(2 * size * size * 3);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < 2 * size; x++) data.set([10 * x, 20 * y, number], (y * 2 * size + x) * 3);
  return { width: 2 * size, height: size, data };
}

describe('picture', () => {
  test('a window of 3.2 s has 16 frames, each from the middle of its fifth of a second', () => {
    expect(secondsOf(fullNetwork)).toBe(3.2);
    const times = frameTimes(fullNetwork, 10);
    expect([times.length, times[0], times.at(-1)]).toEqual([16, 10.1, expect.closeTo(13.1, 9)]);
  });

  test('the centre square is taken, and patches hold colour, time, row, column', () => {
    const size = tinyNetwork.video.imageSize;
    const frames = [0, 1, 2, 3].map((number) => squareFrame(frame(number, size), tinyNetwork));
    // Columns 2 to 5 of 8.
    expect([...frames[1]!.data.subarray(0, 6)]).toEqual([20, 0, 1, 30, 0, 1]);
    const found = videoPatches(frames, tinyNetwork);
    const { tokens, values } = tokenSizes(tinyNetwork).video;
    expect(found.length).toBe(tokens * values);
    const bytes = Array.from(found.subarray(5 * values, 6 * values), (value) => Math.round(value * 255));
    // The second pair of frames, upper right patch: red, green, blue of two frames of 2 x 2 pixels.
    const [red, green] = [
      [40, 50, 40, 50],
      [0, 0, 20, 20],
    ];
    expect(bytes).toEqual([...red, ...red, ...green, ...green, 2, 2, 2, 2, 3, 3, 3, 3]);
  });

  test('a flip exchanges left and right in every frame, and grey frames have one value in all colours', () => {
    const frames = [0, 1, 2, 3].map((number) => squareFrame(frame(number, 4), tinyNetwork));
    const flipped = videoPatches(frames, tinyNetwork, { flipped: true, grey: false });
    const bytes = (patch: Float32Array) => Array.from(patch.subarray(0, 4), (value) => Math.round(value * 255));
    expect(bytes(flipped)).toEqual([50, 40, 50, 40]);
    const grey = videoPatches(frames, tinyNetwork, { flipped: false, grey: true });
    expect(grey.subarray(0, 8)).toEqual(grey.subarray(8, 16));
    expect(grey[0]).toBeCloseTo((0.299 * 20) / 255, 6);
  });
});

describe('sound', () => {
  const { audio } = fullNetwork;
  const length = secondsOf(fullNetwork) * sampleRate;
  const bins = audio.melBins / audio.patch[1];
  /** Mean over a column of patches, which covers 1/48 of the window. */
  const columns = (samples: Float32Array, exactHop: boolean) => {
    const found = audioPatches(samples, fullNetwork, exactHop);
    const perColumn = bins * audio.patch[0] * audio.patch[1];
    return Array.from({ length: 48 }, (_, column) => {
      const values = found.subarray(column * perColumn, (column + 1) * perColumn);
      return values.reduce((sum, value) => sum + value, 0) / perColumn;
    });
  };
  const noiseFrom = (start: number) =>
    Float32Array.from({ length }, (_, i) => (i < start * length ? 0 : Math.sin(i * i * 0.37) * 0.1));

  test('frames lie evenly over the window: a sound in its second half is in the second half of the columns', () => {
    const loud = columns(noiseFrom(0.5), false).map((value) => value > -0.5);
    expect(loud.indexOf(true)).toBe(24);
    expect(loud.slice(24).every(Boolean)).toBe(true);
  });

  test('at exactly 4 ms the last column ends 128 ms before the window does', () => {
    const loud = columns(noiseFrom(0.5), true).map((value) => value > -0.5);
    // 1.6 s are 25 columns of 64 ms.
    expect(loud.indexOf(true)).toBe(25);
  });

  test('silence is the floor of every filter, and a broad sound is heard by all 128', () => {
    const silent = (Math.log(2 ** -23) + 4.2677393) / (2 * 4.5689974);
    const found = audioPatches(new Float32Array(length), fullNetwork);
    expect(Math.max(...found.map((value) => Math.abs(value - silent)))).toBeLessThan(1e-6);
    const [times, mels] = audio.patch;
    const loudest = new Float32Array(audio.melBins).fill(silent);
    for (const [place, value] of audioPatches(noiseFrom(0), fullNetwork).entries()) {
      const patch = Math.floor(place / (times * mels));
      const bin = (patch % bins) * mels + (place % mels);
      loudest[bin] = Math.max(loudest[bin]!, value);
    }
    expect(Math.min(...loudest)).toBeGreaterThan(silent + 0.5);
  });
});
