// The filterbank form as a `Model`, and its two stages of training: perception by itself, then both.
import { add, mean, multiply, negate } from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Model, Stage } from '../../model/model.ts';
import { type ClipSize, type FilterbankConfig, gridOf } from './filterbank-config.ts';
import { filterbankParameters, separate } from './filterbank-form.ts';
import { matchingLoss, siSdr } from './losses.ts';

/** Reads `mixture` [T] and `visual` [F, visualWidth]; is compared with `target` [T]. */
export function filterbankModel(config: FilterbankConfig, size: ClipSize): Model {
  return {
    parameters: filterbankParameters(config),
    inputs: { mixture: [size.samples], visual: [size.frames, config.visualWidth] },
    targets: { target: [size.samples] },
    encode: ({ mixture, visual }, _frozen, trained) => separate(mixture!, visual!, trained, config),
    losses({ perception, production, pseudoPhonemes, pseudoVisemes }, { target }) {
      const loss = (estimate: Tensor) => negate(mean(siSdr(estimate, target!)));
      const perceived = loss(perception!);
      if (!production) return { aims: { total: perceived }, logged: { perception: perceived } };
      const produced = loss(production);
      const { frameOfChunk } = gridOf(config, size);
      const match = matchingLoss(pseudoPhonemes!, pseudoVisemes!, frameOfChunk, config);
      const separation = add(produced, multiply(perceived, config.perceptionWeight));
      return {
        aims: { total: add(separation, multiply(match, config.matchWeight)) },
        logged: { perception: perceived, production: produced, match },
      };
    },
    answers: ({ mixture, visual }, _frozen, trained) => {
      const { perception, production } = separate(mixture!, visual!, trained, config);
      return { estimate: production ?? perception };
    },
  };
}

/** Perception by itself, then both stages together; only the first where there is no production. */
export function filterbankStages(config: FilterbankConfig, size: ClipSize): readonly Stage[] {
  const stage = (name: string, options: FilterbankConfig): Stage => ({
    name,
    model: filterbankModel(options, size),
    on: 'clips',
    trains: () => true,
  });
  const perceive = stage('perceive', { ...config, productionBlocks: 0 });
  return config.productionBlocks === 0 ? [perceive] : [perceive, stage('produce', config)];
}
