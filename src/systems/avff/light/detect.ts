// The light detector's stage 2: a logistic regression on how well each side predicts the other.
// Shapes: B clips, F folds, T moments.
import { add, concat, linear, multiply, reshape, slice, sum } from '../../../graph/functions.ts';
import type { Tensor } from '../../../graph/tensor.ts';
import { binaryCrossEntropy } from '../../../model/losses.ts';
import type { Model, Stage, Tensors } from '../../../model/model.ts';
import type { ParameterSpecification } from '../../../model/parameters.ts';
import { type Weights, within } from '../../../model/vit.ts';
import { agreementCurve, curveMargin } from './agreement-graph.ts';
import { cells } from './features.ts';
import { directions, type PredictorSettings, predict, predictorParameters } from './predictors.ts';
import { bands } from './reading.ts';

export type LightDetectSettings = PredictorSettings & {
  /** T of the longest clip that is judged in one piece. */
  readonly moments: number;
};

/**
 * Both margins together, and the share of still moments. More (each direction by itself, agreement at lag 0, the best
 * lag) said less of persons never seen: there are too few clips to weigh them.
 */
const features = 2;

const judgeParameters: readonly (readonly [string, ParameterSpecification])[] = [
  ['judge.weight', { shape: [1, features], initialisation: { kind: 'value', value: 0 } }],
  ['judge.bias', { shape: [1], initialisation: { kind: 'value', value: 0 } }],
];

/**
 * Inputs: `motion` [T, 49] and `sound` [T, 8], standardised over the moments that are `present` [T]; `still`; `judges`
 * [F], the folds' shares in the judgement: the one that has not seen the person in training, all equally otherwise.
 * Targets: `label` (1 = fake), `counted` (0 for padding).
 * Answers: `logit` [B]; `moments` [B], how many are present; `v2a_curve`, `a2v_curve` [B, 41]; with the extra `predictions`, `v2a` [B, T, 8] and `a2v`
 * [B, T, 49].
 */
export function lightDetectModel(settings: LightDetectSettings): Model {
  const { moments, folds } = settings;
  const logitOf = (read: Tensor, trained: Weights) => {
    const weights = within(trained, 'judge');
    return reshape(linear(read, weights('weight'), weights('bias')), [read.shape[0]!]);
  };
  return {
    parameters: new Map([...predictorParameters(settings), ...judgeParameters]),
    inputs: { motion: [moments, cells], sound: [moments, bands], present: [moments], still: [], judges: [folds] },
    targets: { label: [], counted: [] },
    encode: (inputs, _, trained) => ({ features: judged(inputs, trained, settings).features }),
    losses(encoded, { label, counted }, trained) {
      const logit = logitOf(encoded.features!, trained);
      const loss = binaryCrossEntropy(logit, label!, counted!);
      return { aims: { network: loss }, logged: { clip: loss, logit } };
    },
    answers(inputs, _, trained, extras) {
      const found = judged(inputs, trained, settings);
      return {
        logit: logitOf(found.features, trained),
        moments: sum(inputs.present!, [1]),
        v2a_curve: found.curves[0]!,
        a2v_curve: found.curves[1]!,
        ...(extras.includes('predictions') && { v2a: found.predictions[0]!, a2v: found.predictions[1]! }),
      };
    },
  };
}

/** The predictors stay as stage 1 left them. */
export function lightDetectStage(settings: LightDetectSettings): Stage {
  const trains = (parameter: string) => parameter.startsWith('judge.');
  return { name: 'detect', model: lightDetectModel(settings), on: 'clips', trains };
}

/** Predictions and curves of both directions, each the mean over the folds by their shares, and what is judged. */
function judged(inputs: Tensors, trained: Weights, settings: LightDetectSettings) {
  const { motion, sound, present, still, judges } = inputs as Record<string, Tensor>;
  const clips = present!.shape[0]!;
  const share = (fold: number, rank: number) =>
    reshape(slice(judges!, 1, fold, fold + 1), [clips, ...Array<number>(rank - 1).fill(1)]);
  const shared = (perFold: readonly Tensor[]) =>
    perFold
      .map((value, fold) => multiply(value, share(fold, value.shape.length)))
      .reduce((total, part) => add(total, part));
  const ofDirection = directions.map((direction) => {
    const [source, truth] = direction === 'v2a' ? [motion!, sound!] : [sound!, motion!];
    const predictions = Array.from({ length: settings.folds }, (_, fold) =>
      predict(direction, fold, source, trained, settings),
    );
    return {
      prediction: shared(predictions),
      curve: shared(predictions.map((predicted) => agreementCurve(predicted, truth, present!))),
    };
  });
  const curves = ofDirection.map(({ curve }) => curve);
  return {
    predictions: ofDirection.map(({ prediction }) => prediction),
    curves,
    features: concat(
      [curves.map(curveMargin).reduce((both, margin) => add(both, margin)), reshape(still!, [clips, 1])],
      1,
    ),
  };
}
