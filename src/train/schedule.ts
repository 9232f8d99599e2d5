// Course of the learning rate over the steps of a run.

export type Schedule = {
  readonly schedule: 'constant' | 'step' | 'cosine';
  /** The rate at its highest. */
  readonly learningRate: number;
  /** Epochs in which the rate rises linearly from zero; may be a fraction. */
  readonly warmupEpochs: number;
  /** With `step`: epochs between falls to a tenth. */
  readonly stepEpochs: number;
  readonly epochs: number;
};

/** The learning rate at a moment, counted in epochs from 0 to `epochs` (2.5 is half-way through the third). */
export function learningRateAt(
  epoch: number,
  { schedule, learningRate, warmupEpochs, stepEpochs, epochs }: Schedule,
): number {
  if (epoch < warmupEpochs) return (learningRate * epoch) / warmupEpochs;
  if (schedule === 'constant') return learningRate;
  if (schedule === 'step') return learningRate * 0.1 ** Math.floor(epoch / stepEpochs);
  const progress = (epoch - warmupEpochs) / Math.max(epochs - warmupEpochs, 1e-9);
  return (learningRate * (1 + Math.cos(Math.PI * Math.min(progress, 1)))) / 2;
}
