// What a training run makes of its parameters at the end of an epoch: an adapter, and what the validation clips say of
// it.
import type { Feed } from '../data/feed.ts';
import type { Predictor } from '../infer/predictor.ts';
import { withCalibratedBackground } from '../systems/ma-avt/calibrate-background.ts';
import { foldParameters } from '../systems/ma-avt/fold.ts';
import type { TrainingConfig } from '../systems/ma-avt/recipes.ts';
import { type Score, scoreSplit } from '../systems/ma-avt/score.ts';
import type { MaAvtConfig } from '../systems/ma-avt/settings.ts';

export type ValidateOptions = {
  readonly feed: Feed;
  readonly predictor: Predictor;
  readonly config: MaAvtConfig;
  readonly training: TrainingConfig;
};

export type Validated = {
  /** The adapter's tensors, an agreement head's background calibrated. */
  readonly folded: ReadonlyMap<string, Float32Array>;
  /** Undefined without validation clips. */
  readonly score: Score | undefined;
};

/** Scores parameters on the validation clips. */
export async function validate(
  parameters: ReadonlyMap<string, Float32Array>,
  { feed, predictor, config, training }: ValidateOptions,
): Promise<Validated> {
  const folded = foldParameters(parameters, config);
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
