// Whether a provider trains as the CPU does, and how fast.
import type { Provider } from '../runtime/session.ts';
import { openTrialStep } from './trial-step-node.ts';

export type ProviderTrial = {
  /** Of the first steps: they show whether the provider computes what others do. */
  readonly losses: readonly number[];
  /** Of one training step of the small backbone: the fastest of several. */
  readonly milliseconds: number;
};

/** Losses of one training differ by less than this, as a share, on providers that only round differently. */
const rounding = 0.01;

/**
 * @param seconds about how long steps are timed. @throws DuetError when the provider is absent or refuses the graph.
 */
export async function tryProvider(
  provider: Provider,
  options: { readonly seconds: number; readonly imageSize?: number },
): Promise<ProviderTrial> {
  const step = await openTrialStep({ session: { provider }, imageSize: options.imageSize });
  try {
    const losses = [await step.run(), await step.run(), await step.run()];
    const times: number[] = [];
    for (const end = performance.now() + 1000 * options.seconds; times.length < 2 || performance.now() < end; ) {
      const began = performance.now();
      await step.run();
      times.push(performance.now() - began);
    }
    return { losses, milliseconds: Math.min(...times) };
  } finally {
    await step.release();
  }
}

/** Why two trials cannot be of the same training, or undefined. */
export function differenceOf({ losses }: ProviderTrial, reference: ProviderTrial): string | undefined {
  const step = losses.findIndex((loss, index) => !(Math.abs(loss / reference.losses[index]! - 1) <= rounding));
  return step < 0 ? undefined : `its loss of step ${step + 1} is ${losses[step]}, the CPU's ${reference.losses[step]}`;
}
