// Sound as samples.

/** One channel of sound: samples nominally in -1 ... 1, `sampleRate` in hertz. */
export type Waveform = {
  readonly samples: Float32Array;
  readonly sampleRate: number;
};
