// Sound as samples.

/** One channel of sound: samples nominally in -1 ... 1, `sampleRate` in hertz. */
export type Waveform = {
  readonly samples: Float32Array;
  readonly sampleRate: number;
};

/** A stretch of sound, channel by channel, all of one length. */
export type Channels = readonly Float32Array[];

/** Several channels of sound. */
export type Sound = {
  readonly channels: Channels;
  readonly sampleRate: number;
};

/** The mean of all channels. */
export function mixDown({ channels, sampleRate }: Sound): Waveform {
  const samples = new Float32Array(channels[0]!.length);
  for (const channel of channels) for (let i = 0; i < samples.length; i++) samples[i]! += channel[i]!;
  if (channels.length > 1) for (let i = 0; i < samples.length; i++) samples[i]! /= channels.length;
  return { samples, sampleRate };
}
