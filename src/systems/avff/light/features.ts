// The two series that the light detector compares: how much each part of the picture changes, and how loud each band of
// the sound is, at every moment between two frames.
import { bands, frameCount, frameSize, type Streams, stepsPerFrame } from './reading.ts';

/** Cells of the picture, 7 x 7. */
export const cells = 49;
const cellsAcross = 7;
const cellSize = frameSize / cellsAcross;

/** Grey values out of 255 below which a change counts for little: the noise of a camera, and what encoders leave out. */
const changeFloor = 1;
/** Places in the order of the cells by their change, the one that changes most being 0. */
export const ranks = [0, 1, 2, 4, 8, 16, 32] as const;
/** The same for the cells in order, of which few hold what moves. */
const strongestFloor = 0.3;
/** Energy of a band that counts as silence. */
const energyFloor = 1e-6;

export type Features = {
  /** T, one less than there are frames. */
  readonly moments: number;
  /** T x 49, each cell with mean 0 and deviation 1 over time; 0 where nothing ever changes. */
  readonly motion: Float32Array;
  /** T x 7, likewise: the change of the cell that changes most, and of those in the places `ranks` after it. */
  readonly strongest: Float32Array;
  /** T x 8, likewise. */
  readonly sound: Float32Array;
  /** T, 1 for moments at which nothing changes for longer than between the frames of a slow file, else 0. */
  readonly stills: Float32Array;
  /** T, 1 for moments without any sound, else 0. */
  readonly silents: Float32Array;
};

/** @throws when there are fewer than two frames. */
export function featuresOf(streams: Streams): Features {
  const moments = frameCount(streams) - 1;
  if (moments < 1) throw new Error('a change needs two frames');
  const changes = changesOf(streams.frames, moments);
  const still = spreadChanges(changes, stillMoments(changes, moments));
  const loud = loudness(streams.energies, moments);
  return {
    moments,
    motion: standardised(
      changes.map((change) => Math.log(changeFloor + change)),
      cells,
    ),
    strongest: standardised(strongestOf(changes, moments), ranks.length),
    sound: standardised(smoothed(loud, moments), bands),
    stills: Float32Array.from(runsOfStills(still), Number),
    silents: silentMoments(loud, moments),
  };
}

/** Mean absolute difference of each cell's grey values to the frame before, T x 49. */
function changesOf(frames: Uint8Array, moments: number): Float32Array {
  const changes = new Float32Array(moments * cells);
  const frame = frameSize ** 2;
  for (let moment = 0; moment < moments; moment++)
    for (let place = 0; place < frame; place++) {
      const row = Math.floor(place / frameSize / cellSize);
      const column = Math.floor((place % frameSize) / cellSize);
      const before = frames[moment * frame + place]!;
      changes[moment * cells + row * cellsAcross + column]! +=
        Math.abs(frames[(moment + 1) * frame + place]! - before) / cellSize ** 2;
    }
  return changes;
}

/** Wherever in the picture it is: log of the changes at `ranks` in the order of the cells, T x 7. */
function strongestOf(changes: Float32Array, moments: number): Float32Array {
  const result = new Float32Array(moments * ranks.length);
  for (let moment = 0; moment < moments; moment++) {
    const falling = changes
      .slice(moment * cells, (moment + 1) * cells)
      .sort()
      .reverse();
    for (const [place, rank] of ranks.entries())
      result[moment * ranks.length + place] = Math.log(strongestFloor + falling[rank]!);
  }
  return result;
}

function stillMoments(changes: Float32Array, moments: number): boolean[] {
  return Array.from({ length: moments }, (_, moment) =>
    changes.subarray(moment * cells, (moment + 1) * cells).every((change) => change === 0),
  );
}

/** Moments without a change, at most, that a file of fewer than 25 frames a second has between two frames. */
const longestWait = 4;

/**
 * A frame shown for a few moments between changing ones tells of a file with fewer than 25 frames a second, not of a
 * still picture: the change that follows it is spread over them all.
 * @returns the moments that are truly still.
 */
function spreadChanges(changes: Float32Array, still: readonly boolean[]): boolean[] {
  const result = [...still];
  for (let first = 1; first < still.length; first++) {
    if (!still[first] || still[first - 1]) continue;
    let end = first;
    while (still[end]) end++;
    if (end === still.length || end - first > longestWait) continue;
    for (let cell = 0; cell < cells; cell++) {
      const share = changes[end * cells + cell]! / (end - first + 1);
      for (let moment = first; moment <= end; moment++) changes[moment * cells + cell] = share;
    }
    result.fill(false, first, end);
  }
  return result;
}

/** Still moments that have another next to them. */
function runsOfStills(still: readonly boolean[]): boolean[] {
  return still.map((isStill, moment) => isStill && Boolean(still[moment - 1] || still[moment + 1]));
}

/** Log of the mean energy of the three steps around each moment, T x 8. */
function loudness(energies: Float32Array, moments: number): Float32Array {
  return Float32Array.from({ length: moments * bands }, (_, place) => {
    const middle = (Math.floor(place / bands) + 1) * stepsPerFrame;
    let sum = 0;
    for (let step = middle - 1; step <= middle + 1; step++) sum += energies[step * bands + (place % bands)] ?? 0;
    return Math.log(energyFloor + sum / 3);
  });
}

/** Moments at which every band is no louder than twice what counts as silence. */
function silentMoments(loud: Float32Array, moments: number): Float32Array {
  const limit = Math.log(2 * energyFloor);
  return Float32Array.from({ length: moments }, (_, moment) =>
    Number(loud.subarray(moment * bands, (moment + 1) * bands).every((value) => value <= limit)),
  );
}

/** Mean over three moments, two at the ends. */
function smoothed(series: Float32Array, moments: number): Float32Array {
  return series.map((_, place) => {
    const moment = Math.floor(place / bands);
    const near = [moment - 1, moment, moment + 1].filter((other) => other >= 0 && other < moments);
    return near.reduce((sum, other) => sum + series[other * bands + (place % bands)]!, 0) / near.length;
  });
}

/** The motion of the mirrored picture, T x 49. */
export function mirrored(motion: Float32Array): Float32Array {
  return motion.map((_, place) => {
    const column = place % cellsAcross;
    return motion[place - column + cellsAcross - 1 - column]!;
  });
}

/** Each of the series side by side with mean 0 and deviation 1; a constant one becomes 0. */
export function standardised(series: Float32Array, width: number): Float32Array {
  const moments = series.length / width;
  const result = new Float32Array(series.length);
  for (let column = 0; column < width; column++) {
    let mean = 0;
    for (let moment = 0; moment < moments; moment++) mean += series[moment * width + column]! / moments;
    let variance = 0;
    for (let moment = 0; moment < moments; moment++)
      variance += (series[moment * width + column]! - mean) ** 2 / moments;
    if (variance < 1e-10) continue;
    const scale = 1 / Math.sqrt(variance);
    for (let moment = 0; moment < moments; moment++)
      result[moment * width + column] = (series[moment * width + column]! - mean) * scale;
  }
  return result;
}
