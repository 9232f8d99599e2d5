// MA-AVT as the layers above take it: its stages, what is left of it for prediction, and how a batch becomes a step.
import type { Batch } from '../../data/batch.ts';
import { indexOfLargest } from '../../infer/decision.ts';
import type { Model, Stage } from '../../model/model.ts';
import { type ParameterCounts, type ParameterValues, parameterCounts } from '../../model/parameters.ts';
import type { Results } from '../../runtime/feeds.ts';
import type { StepBatch } from '../../train/step.ts';
import type { BackboneConfig } from '../../weights/backbone.ts';
import { backgroundLabel } from './epoch-plan.ts';
import { foldParameters } from './fold.ts';
import { headParameters } from './heads.ts';
import { maAvt } from './model.ts';
import { pairBatch } from './pair-batch.ts';
import { trainableParameters } from './parameters.ts';
import { modelConfig } from './recipes.ts';
import { foldedConfig, type MaAvtConfig } from './settings.ts';
import { pairStep } from './targets.ts';
import type { TrainingConfig } from './training-config.ts';

export type OpenMaAvt = {
  readonly config: MaAvtConfig;
  readonly training: TrainingConfig;
  /** The heads alone, on features that are kept, and the whole model on clips. */
  readonly headStage: Stage;
  readonly clipStage: Stage;
  readonly counts: ParameterCounts;
  /** What is left for prediction. */
  readonly foldedModel: Model;
  fold(trained: ParameterValues): { readonly parameters: ParameterValues; readonly model: Model };
  stepBatch(batch: Batch, step: number): StepBatch;
  judge(batch: Batch, logged: Results): { readonly judged: number; readonly right: number };
};

export function openMaAvt(training: TrainingConfig, backbone: BackboneConfig, classes: number): OpenMaAvt {
  const config = modelConfig(training, backbone, classes);
  const foldedModel = maAvt(foldedConfig(config));
  const ofHeads = new Set(headParameters(config).map(([name]) => name));
  return {
    ...{ config, training, foldedModel },
    headStage: { name: 'heads', model: foldedModel, on: 'kept features', trains: (name) => ofHeads.has(name) },
    clipStage: { name: 'clips', model: maAvt(config, training.modulation), on: 'clips', trains: () => true },
    counts: parameterCounts(trainableParameters(config), foldedModel.parameters, backbone),
    fold: (trained) => ({ parameters: foldParameters(trained, config), model: foldedModel }),
    stepBatch: (batch, step) => pairStep(pairBatch(batch), config, training, step),
    judge(batch, logged) {
      const { labels } = pairBatch(batch);
      const ofClip = (clip: number) => logged.class_logits!.subarray(clip * classes, (clip + 1) * classes);
      const judged = [...labels.entries()].filter(([, label]) => label !== backgroundLabel);
      const right = judged.filter(([clip, label]) => indexOfLargest(ofClip(clip)) === label);
      return { judged: judged.length, right: right.length };
    },
  };
}
