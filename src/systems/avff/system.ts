// The full AVFF as one of the systems: real or fake, by two encoders that have learnt from real videos what each side
// says of the other (Oorloff et al. 2024).
import { annotationOf } from '../../data/annotation.ts';
import { DuetError } from '../../errors.ts';
import { type ParameterValues, parameterCounts } from '../../model/parameters.ts';
import { clipStage, openSystem, system } from '../usual.ts';
import { detectModel, detectStage } from './detect.ts';
import { secondsOf } from './inputs.ts';
import { avffIntake } from './intake.ts';
import { rightlyJudged } from './judged.ts';
import { tokenSizes } from './network.ts';
import { reconstructOptimisers, reconstructStage } from './reconstruct.ts';
import { referenceRuns } from './reference-runs.ts';
import { type AvffAnswer, type AvffResult, avffAnswer, avffResult, avffResultSchema } from './result.ts';
import { avffMetrics, scoreAvff } from './score-clips.ts';
import { type AvffSettings, avffRecipes, avffSettingsSchema, detectOf, networkOf, reconstructOf } from './settings.ts';
import { avffCurves, avffShown, avffSummary } from './shown.ts';
import { startingWeights } from './starting-weights.ts';

/** The full AVFF: real or fake, for those with GPUs and many hours of video; see docs/authentic.md. */
export const avffSystem = system<AvffSettings, AvffAnswer, AvffResult>({
  name: 'avff',
  annotation: 'truth',
  settings: avffSettingsSchema,
  recipes: avffRecipes,
  usualRecipe: 'avff',
  metrics: avffMetrics,
  result: avffResultSchema,
  coherent(settings) {
    tokenSizes(networkOf(settings));
    return settings;
  },
  checkData(_, { examples, name }) {
    const kinds = new Set(examples.flatMap((one) => (one.split === 'train' ? [annotationOf(one, 'truth')?.real] : [])));
    for (const real of [true, false])
      if (!kinds.has(real))
        throw new DuetError(
          `The training clips of "${name}" have no ${real ? 'real one' : 'fake'}, and avff learns from both; add some${real ? '' : ', or take the recipe authentic, which makes fakes itself'}.`,
        );
  },
  golden: referenceRuns,
  curves: avffCurves,
  open(settings) {
    const network = networkOf(settings);
    const detect = detectOf(settings);
    const seconds = secondsOf(network);
    const { exactHop, trimSilence, augment, headWidth, dropout, head, detectEpochs, detectRate } = settings;
    const reconstruct = reconstructStage(network, reconstructOf(settings));
    const folded = detectModel(network, detect);
    const trained = new Map([...reconstruct.model.parameters, ...folded.parameters]);
    const bias = head === 'slices' ? 'head.fc2.bias' : 'head.fc3.bias';
    return openSystem({
      intake: avffIntake({
        ...{ network, exactHop, trimSilence, augment: augment === 'standard' },
        dropout: head === 'tokens' ? { width: headWidth, share: dropout } : { width: 0, share: 0 },
      }),
      stages: [
        clipStage({ ...reconstruct, pass: 'reconstruct', optimisers: reconstructOptimisers }),
        clipStage({
          ...detectStage(network, detect),
          settings: {
            ...{ epochs: detectEpochs, learningRate: detectRate },
            warmupEpochs: Math.min(settings.warmupEpochs, detectEpochs / 10),
          },
          judge: rightlyJudged,
        }),
      ],
      startingWeights: (tensors, name) => startingWeights(tensors, name, trained),
      counts: parameterCounts(trained, folded.parameters, undefined),
      folded,
      score: (ask, options) =>
        scoreAvff(ask, options, seconds, (values, threshold) => withThreshold(values, bias, threshold)),
      answer: (outputs, window) => avffAnswer(outputs, window, seconds),
      result: avffResult,
      summary: avffSummary,
      windowSeconds: seconds,
      shown: avffShown,
    });
  },
});

/** The last bias of the head with the threshold taken off what speaks for fake, its last number. */
function withThreshold(values: ParameterValues, bias: string, threshold: number): ParameterValues {
  const shifted = values.get(bias)!.slice();
  shifted[shifted.length - 1]! -= threshold;
  return new Map([...values, [bias, shifted]]);
}
