// What a training run makes of its parameters at the end of an epoch: an adapter, and what the validation clips say of
// it.
import type { Feed } from '../../data/feed.ts';
import type { Predictor } from '../../infer/predictor.ts';
import type { ParameterValues } from '../../model/parameters.ts';
import { withCalibratedBackground } from './calibrate-background.ts';
import type { OpenMaAvt } from './open.ts';
import { type Score, scoreSplit } from './score.ts';

export type ValidatedMaAvt = {
  /** The adapter's tensors, an agreement head's background calibrated. */
  readonly folded: ParameterValues;
  /** Undefined without validation clips. */
  readonly score: Score | undefined;
};

/** Scores parameters on the validation clips. */
export async function validate(
  parameters: ParameterValues,
  system: Pick<OpenMaAvt, 'config' | 'training' | 'fold'>,
  { feed, predictor }: { readonly feed: Feed; readonly predictor: Predictor },
): Promise<ValidatedMaAvt> {
  const { config, training } = system;
  const { parameters: folded } = system.fold(parameters);
  if ((await feed.count('val')) === 0) return { folded, score: undefined };
  // The paper's background head is additive and its AUC stays at chance: worth a look at the end, not half the
  // validation's time.
  const isPaper = config.heads === 'paper';
  const score = await scoreSplit('val', {
    ...{ feed, predictor, adapter: folded, classes: config.classes },
    ...(!isPaper && { mismatchSeed: training.seed }),
  });
  return { folded: isPaper ? folded : withCalibratedBackground(folded, score.backgroundLogits), score };
}
