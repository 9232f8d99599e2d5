// The light detector as one of the systems: do this picture and this sound belong together?
import type { SystemToCome } from '../../system-to-come.ts';
import { rightlyJudged } from '../judged.ts';
import { detectionMetrics } from '../score.ts';
import { lightDetectModel, lightDetectStage } from './detect.ts';
import { lightIntake } from './intake.ts';
import { lightReconstructStage } from './reconstruct.ts';
import { type LightSettings, lightRecipes, lightSettingsSchema, momentsOf } from './settings.ts';

export const authenticSystem: SystemToCome<LightSettings> = {
  name: 'avff-light',
  annotation: 'truth',
  settings: lightSettingsSchema,
  recipes: lightRecipes,
  metrics: detectionMetrics,
  open(settings) {
    const { folds, hidden, penalty, trimSilence } = settings;
    const moments = momentsOf(settings);
    const detector = { moments, folds, hidden };
    return {
      intake: lightIntake({ moments, folds, trimSilence }),
      stages: [lightReconstructStage({ ...detector, penalty }), lightDetectStage(detector)],
      fold: (parameters) => ({ parameters, model: lightDetectModel(detector) }),
      stepBatch: ({ arrays }) => ({ inputs: arrays, targets: arrays }),
      judge: rightlyJudged,
    };
  },
};
