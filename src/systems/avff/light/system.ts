// The light detector as one of the systems: do this picture and this sound belong together?
import * as z from 'zod';
import { checkSchema } from '../../../files/schema-error.ts';
import { sigmoid } from '../../../infer/decision.ts';
import { parameterCounts } from '../../../model/parameters.ts';
import { clipStage, openSystem, system } from '../../usual.ts';
import { rightlyJudged } from '../judged.ts';
import { lightDetectModel, lightDetectStage } from './detect.ts';
import { canonicalValues } from './fit-canonical.ts';
import { lightIntake } from './intake.ts';
import { lightReconstructStage } from './reconstruct.ts';
import { answerOf, type LightResult, lightResultSchema, resultOf, type WindowAnswer } from './result.ts';
import { ridgePredictors } from './ridge.ts';
import { lightMetrics, scoreLight } from './score.ts';
import { type LightSettings, lightRecipes, lightSettingsSchema, momentsOf } from './settings.ts';
import { lightCurves, lightShown, lightSummary } from './shown.ts';
import { calibrate, calibrationSchema } from './verdict.ts';

const decisionSchema = z.strictObject({ calibration: calibrationSchema.optional() });

/** The judge has three numbers, which settle faster than the predictors' thousands. */
const judgeRate = 10;

/** The light detector after AVFF: do this picture and this sound belong together? See docs/authentic.md. */
export const authenticSystem = system<LightSettings, WindowAnswer, LightResult>({
  name: 'avff-light',
  annotation: 'truth',
  settings: lightSettingsSchema,
  recipes: lightRecipes,
  usualRecipe: 'authentic',
  metrics: lightMetrics,
  result: lightResultSchema,
  coherent: (settings) => (settings.canonical > 0 ? { ...settings, hidden: 0 } : settings),
  curves: lightCurves,
  open(settings, known) {
    const { calibration } = checkSchema(decisionSchema, known.decision ?? {}, 'What the adapter decides by');
    const { folds, hidden, canonical, penalty, recode, trimSilence, learningRate, seed } = settings;
    const moments = momentsOf(settings);
    const detector = { moments, folds, hidden, canonical };
    const isClosed = hidden === 0 || canonical > 0;
    const folded = lightDetectModel(detector);
    const reconstruct = clipStage({ ...lightReconstructStage({ ...detector, penalty }), pass: 'reconstruct' });
    const detect = clipStage({
      ...lightDetectStage(detector),
      settings: { learningRate: Math.min(10, judgeRate * learningRate) },
      judge: rightlyJudged,
    });
    return openSystem({
      intake: lightIntake({ moments, folds, recode, trimSilence }),
      stages: isClosed ? [detect] : [reconstruct, detect],
      ...(isClosed && {
        firstValues: (clips) =>
          canonical > 0
            ? canonicalValues(clips, { folds, canonical, seed })
            : ridgePredictors(clips, { folds, penalty, seed }),
      }),
      counts: parameterCounts(folded.parameters, folded.parameters, undefined),
      folded,
      decision: calibration ? { calibration: { ...calibration } } : {},
      calibrated(results, falseAlarms) {
        const ofScores = [undefined, 'too close', 'another encoding'];
        const judged = results.filter(({ reason }) => ofScores.includes(reason));
        const scores = judged.map(({ score, recodedScore }) => ({ logit: score, recoded: recodedScore }));
        return { calibration: { ...calibrate(scores, falseAlarms) } };
      },
      score: (ask, options) => scoreLight(ask, { ...options, recode }),
      answer: answerOf,
      result: (answers) => resultOf(answers, calibration),
      unrelated: ({ logit }) => sigmoid(logit),
      summary: lightSummary,
      windowSeconds: settings.seconds,
      shown: lightShown,
    });
  },
});
