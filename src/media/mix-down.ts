// Sound samples of any layout to one channel.
import type { AudioSample } from 'mediabunny';

/** The mean of all channels. */
export function mixDown(sample: AudioSample): Float32Array {
  const { numberOfFrames, numberOfChannels } = sample;
  const sum = new Float32Array(numberOfFrames);
  const plane = new Float32Array(numberOfFrames);
  for (let channel = 0; channel < numberOfChannels; channel++) {
    sample.copyTo(plane, { planeIndex: channel, format: 'f32-planar' });
    for (let i = 0; i < numberOfFrames; i++) sum[i]! += plane[i]!;
  }
  if (numberOfChannels > 1) for (let i = 0; i < numberOfFrames; i++) sum[i]! /= numberOfChannels;
  return sum;
}
