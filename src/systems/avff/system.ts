// The full AVFF as one of the systems.
import type { SystemToCome } from '../system-to-come.ts';
import { detectModel, detectStage } from './detect.ts';
import { avffIntake } from './intake.ts';
import { rightlyJudged } from './judged.ts';
import { reconstructStage } from './reconstruct.ts';
import { referenceRuns } from './reference-runs.ts';
import { detectionMetrics } from './score.ts';
import { type AvffSettings, avffRecipes, avffSettingsSchema, detectOf, networkOf, reconstructOf } from './settings.ts';

export const avffSystem: SystemToCome<AvffSettings> = {
  name: 'avff',
  annotation: 'truth',
  settings: avffSettingsSchema,
  recipes: avffRecipes,
  metrics: detectionMetrics,
  golden: referenceRuns,
  open(settings) {
    const network = networkOf(settings);
    const detect = detectOf(settings);
    const { exactHop, trimSilence, augment, headWidth, dropout, head } = settings;
    return {
      intake: avffIntake({
        ...{ network, exactHop, trimSilence, augment: augment === 'standard' },
        dropout: head === 'tokens' ? { width: headWidth, share: dropout } : { width: 0, share: 0 },
      }),
      stages: [reconstructStage(network, reconstructOf(settings)), detectStage(network, detect)],
      fold(trained) {
        const model = detectModel(network, detect);
        return { parameters: new Map([...model.parameters.keys()].map((name) => [name, trained.get(name)!])), model };
      },
      stepBatch: ({ arrays }) => ({ inputs: arrays, targets: arrays }),
      judge: rightlyJudged,
    };
  },
};
