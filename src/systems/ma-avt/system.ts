// MA-AVT as one of the systems.
import { inputSettings } from '../../infer/input-choices.ts';
import type { System } from '../system.ts';
import { compareGoldenRun } from './compare-golden.ts';
import { isGoldenRun, readGoldenRun } from './golden.ts';
import { maAvtIntake } from './intake.ts';
import { openMaAvt } from './open.ts';
import { coherentTraining, recipes } from './recipes.ts';
import { type TrainingConfig, trainingConfigSchema } from './training-config.ts';

export const maAvtSystem: System<TrainingConfig> = {
  name: 'ma-avt',
  annotation: 'class',
  settings: trainingConfigSchema,
  recipes,
  metrics: [
    { name: 'accuracy', title: 'Accuracy', unit: 'share', better: 'higher' },
    { name: 'loss', title: 'Loss', unit: 'number', better: 'lower' },
  ],
  golden: {
    reads: isGoldenRun,
    compare: (bytes, name, openSession) => compareGoldenRun(readGoldenRun(bytes, name), openSession),
  },
  open(settings, { labels, background, vit }) {
    const training = coherentTraining(settings);
    const { augment, cropScale, missing, model } = training;
    const { headStage, clipStage, fold, stepBatch, judge } = openMaAvt(training, vit, labels.length);
    return {
      intake: maAvtIntake({
        ...{ settings: inputSettings(vit, training), classes: labels, background, augment, cropScale, missing },
        backgroundProbability: model.background ? training.backgroundProbability : 0,
      }),
      stages: training.headStart ? [headStage, clipStage] : [clipStage],
      ...{ fold, stepBatch, judge },
    };
  },
};
