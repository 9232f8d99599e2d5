// How well two series agree at every shift of time, in plain arithmetic; `agreement-graph.ts` is the same as a graph.

import { framesPerSecond } from './reading.ts';

/** Lags are counted in moments, 25 a second; positive where the truth comes later than the prediction. */
export const largestLag = 0.8 * framesPerSecond;
/** Lags this near zero still count as together. */
export const nearLag = 1;
/** Lags beyond this are the clip's own examples of what does not belong together. */
export const farLag = 0.16 * framesPerSecond;

/** All lags in order: -20 ... 20. */
export const lags: readonly number[] = Array.from({ length: 2 * largestLag + 1 }, (_, place) => place - largestLag);

/**
 * The correlation of prediction and truth over all channels together at each lag, means those of the whole series.
 * A channel that is predicted with more certainty, so with larger values, counts for more.
 * @param predicted T x channels values.
 * @param truth the same, each channel with mean 0 and deviation 1.
 * @returns a value for each of `lags`; 0 where fewer than two moments overlap.
 */
export function agreement(predicted: Float32Array, truth: Float32Array, channels: number): Float32Array {
  const moments = truth.length / channels;
  const scaled = scaledTogether(predicted, channels);
  return Float32Array.from(lags, (lag) => {
    const [start, end] = [Math.max(0, -lag), Math.min(moments, moments - lag)];
    if (end - start < 2) return 0;
    let total = 0;
    for (let moment = start; moment < end; moment++)
      for (let channel = 0; channel < channels; channel++)
        total += scaled[moment * channels + channel]! * truth[(moment + lag) * channels + channel]!;
    return total / channels / (end - start);
  });
}

/** Every channel with mean 0, and all together with deviation 1; a constant series becomes 0. */
function scaledTogether(series: Float32Array, channels: number): Float32Array {
  const moments = series.length / channels;
  const means = new Float64Array(channels);
  for (const [place, value] of series.entries()) means[place % channels]! += value / moments;
  const centred = series.map((value, place) => value - means[place % channels]!);
  const deviation = Math.sqrt(centred.reduce((sum, value) => sum + value ** 2, 0) / series.length);
  return deviation < 1e-6 ? centred.fill(0) : centred.map((value) => value / deviation);
}

/**
 * How far the agreement near lag 0 stands above that at distant lags: the best of the near ones minus the mean and the
 * deviation of the far ones. Loud or lively clips need no threshold of their own.
 */
export function margin(curve: Float32Array): number {
  const near = Math.max(...lags.flatMap((lag, place) => (Math.abs(lag) <= nearLag ? [curve[place]!] : [])));
  const far = lags.flatMap((lag, place) => (Math.abs(lag) > farLag ? [curve[place]!] : []));
  const mean = far.reduce((sum, value) => sum + value, 0) / far.length;
  const variance = far.reduce((sum, value) => sum + (value - mean) ** 2, 0) / far.length;
  return near - mean - Math.sqrt(variance);
}

/** Seconds by which the sound is late where prediction and truth agree best; below 0 where it is early. */
export function offsetOf(curve: Float32Array, direction: 'v2a' | 'a2v'): number {
  const best = curve.reduce((before, value, place) => (value > curve[before]! ? place : before), 0);
  const lag = lags[best]! / framesPerSecond;
  // V2A's truth is the sound; A2V's truth is the picture, which comes later where the sound is early.
  return direction === 'v2a' ? lag : -lag;
}
