// The light detector's stage 2: a logistic regression on how well each side predicts the other.
// Shapes: B clips, F folds, T moments.
import {
  add,
  concat,
  divide,
  expand,
  linear,
  maximum,
  multiply,
  reshape,
  slice,
  sum,
} from '../../../graph/functions.ts';
import { filled, type Tensor } from '../../../graph/tensor.ts';
import { binaryCrossEntropy } from '../../../model/losses.ts';
import type { Model, Stage, Tensors } from '../../../model/model.ts';
import type { ParameterSpecification } from '../../../model/parameters.ts';
import { type Weights, within } from '../../../model/vit.ts';
import { agreementCurve, curveMargin, nearAgreement } from './agreement-graph.ts';
import { alongDirections, canonicalCurves, canonicalParameters } from './canonical.ts';
import { cells, ranks } from './features.ts';
import { directions, type PredictorSettings, predict, predictorParameters } from './predictors.ts';
import { bands } from './reading.ts';
import { stretchMoments, stretchStarts } from './stretches.ts';

export type LightDetectSettings = PredictorSettings & {
  /** Random features of each side whose canonical directions are compared; 0: predictions are. */
  readonly canonical: number;
  /** T of the longest clip that is judged in one piece. */
  readonly moments: number;
};

/**
 * With predictors: both margins together, and the share of still moments. More (each direction by itself, agreement at lag 0, the best
 * lag) said less of persons never seen: there are too few clips to weigh them. With canonical directions: the agreement
 * near lag 0 itself, as things that sound again and again agree with themselves at many lags.
 */
const features = 2;

const judgeParameters: readonly (readonly [string, ParameterSpecification])[] = [
  ['judge.weight', { shape: [1, features], initialisation: { kind: 'value', value: 0 } }],
  ['judge.bias', { shape: [1], initialisation: { kind: 'value', value: 0 } }],
];

/**
 * Inputs: `motion` [T, 49], or `strongest` [T, 7] for canonical directions, and `sound` [T, 8], standardised over the moments that are `present` [T]; `stills` [T], 1
 * where nothing changes; `judges` [F], the folds' shares in the judgement: the one that has not seen the person in
 * training, all equally otherwise.
 * Targets: `label` (1 = fake), `counted` (0 for padding).
 * Answers: `logit` [B]; `moments` [B], how many are present; `v2a_curve`, `a2v_curve` [B, 41]; `stretches` [B, K], the
 * logit of each stretch of 3 s by itself (those after the clip's end mean nothing; K may be 0, and is then left out).
 */
export function lightDetectModel(settings: LightDetectSettings): Model {
  const { moments, folds, canonical } = settings;
  const logitOf = (read: Tensor, trained: Weights) => {
    const weights = within(trained, 'judge');
    return reshape(linear(read, weights('weight'), weights('bias')), [read.shape[0]!]);
  };
  return {
    parameters: new Map([
      ...(canonical > 0 ? canonicalParameters(settings) : predictorParameters(settings)),
      ...judgeParameters,
    ]),
    inputs: {
      ...(canonical > 0 ? { strongest: [moments, ranks.length] } : { motion: [moments, cells] }),
      sound: [moments, bands],
      present: [moments],
      stills: [moments],
      judges: [folds],
    },
    targets: { label: [], counted: [] },
    encode: (inputs, _, trained) => ({ features: judged(inputs, trained, settings).features }),
    losses(encoded, { label, counted }, trained) {
      const logit = logitOf(encoded.features!, trained);
      const loss = binaryCrossEntropy(logit, label!, counted!);
      return { aims: { network: loss }, logged: { clip: loss, logit } };
    },
    answers(inputs, _, trained) {
      const found = judged(inputs, trained, settings);
      const stretches = stretchFeatures(inputs, found.comparison);
      return {
        logit: logitOf(found.features, trained),
        moments: sum(inputs.present!, [1]),
        v2a_curve: found.curves[0]!,
        a2v_curve: found.curves[1]!,
        ...(stretches && {
          stretches: reshape(logitOf(stretches.features, trained), [inputs.present!.shape[0]!, stretches.count]),
        }),
      };
    },
  };
}

/** The predictors stay as stage 1 left them. */
export function lightDetectStage(settings: LightDetectSettings): Stage {
  const trains = (parameter: string) => parameter.startsWith('judge.');
  return { name: 'detect', model: lightDetectModel(settings), on: 'clips', trains };
}

/** What of the series is compared: each with a `cut` to parts, and how parts become curves of both directions. */
type Comparison = {
  /** Values of each fold, and what they are compared with, all [B, T, ...]. */
  readonly compared: readonly Tensor[];
  /** @param compared the same, or parts of them. @param present [B, T]. @param judges [B, F]. */
  curves(compared: readonly Tensor[], present: Tensor, judges: Tensor): readonly Tensor[];
  /** What of the curves is judged, [B, 1]. */
  readonly read: (curves: readonly Tensor[]) => Tensor;
};

function comparisonOf(inputs: Tensors, trained: Weights, settings: LightDetectSettings): Comparison {
  return settings.canonical > 0
    ? comparedDirections(inputs, trained, settings)
    : comparedPredictions(inputs, trained, settings);
}

/** What each fold's predictors say, [B, T, 8] and [B, T, 49], against what is there. */
function comparedPredictions({ motion, sound }: Tensors, trained: Weights, settings: LightDetectSettings): Comparison {
  const predictions = Array.from({ length: settings.folds }, (_, fold) => [
    predict('v2a', fold, motion!, trained, settings),
    predict('a2v', fold, sound!, trained, settings),
  ]).flat();
  return {
    compared: [sound!, motion!, ...predictions],
    curves: ([sound, motion, ...predicted], present, judges) =>
      directions.map((_, direction) => {
        const truth = direction === 0 ? sound! : motion!;
        return meanOverFolds(judges, (fold) => agreementCurve(predicted[2 * fold + direction]!, truth, present));
      }),
    read: (curves) => curves.map(curveMargin).reduce((both, margin) => add(both, margin)),
  };
}

/** Both sides along each fold's directions. */
function comparedDirections(
  { strongest, sound }: Tensors,
  trained: Weights,
  { folds }: LightDetectSettings,
): Comparison {
  const along = Array.from({ length: folds }, (_, fold) =>
    alongDirections({ picture: strongest!, sound: sound! }, fold, trained),
  );
  return {
    compared: along.flatMap(({ picture, sound }) => [picture, sound]),
    curves(compared, present, judges) {
      const ofFolds = along.map((_, fold) => {
        const [picture, sound] = compared.slice(2 * fold) as [Tensor, Tensor];
        return canonicalCurves({ picture, sound }, present, trained(`folds.${fold}.shares`));
      });
      return directions.map((_, direction) => meanOverFolds(judges, (fold) => ofFolds[fold]![direction]!));
    },
    read: ([soundAfter]) => nearAgreement(soundAfter!),
  };
}

/** The mean of the folds' curves by their shares in the judgement, [B, F]. */
function meanOverFolds(judges: Tensor, curveOf: (fold: number) => Tensor): Tensor {
  return Array.from({ length: judges.shape[1]! }, (_, fold) =>
    multiply(curveOf(fold), slice(judges, 1, fold, fold + 1)),
  ).reduce((total, curve) => add(total, curve));
}

/** The curves of both directions, and what is judged, [B, features]. */
function judged(inputs: Tensors, trained: Weights, settings: LightDetectSettings) {
  const { present, stills, judges } = inputs as Record<string, Tensor>;
  const comparison = comparisonOf(inputs, trained, settings);
  const curves = comparison.curves(comparison.compared, present!, judges!);
  const still = divide(sum(multiply(stills!, present!), [1], true), maximum(sum(present!, [1], true), 1));
  return { comparison, curves, features: concat([comparison.read(curves), still], 1) };
}

/** What is judged of every stretch, [B K, features], clip after clip; undefined where there is no room for one. */
function stretchFeatures({ sound, stills, judges }: Tensors, { compared, curves, read }: Comparison) {
  const [clips, moments] = sound!.shape as [number, number, number];
  const starts = stretchStarts(moments);
  if (starts.length === 0) return undefined;
  const count = clips * starts.length;
  const cut = (series: Tensor) => {
    const width = series.shape.slice(2);
    const parts = starts.map((start) =>
      reshape(slice(series, 1, start, start + stretchMoments), [clips, 1, stretchMoments, ...width]),
    );
    return reshape(concat(parts, 1), [count, stretchMoments, ...width]);
  };
  const folds = judges!.shape[1]!;
  const ofStretches = curves(
    compared.map(cut),
    filled(1, [count, stretchMoments], sound!.elementType),
    reshape(expand(reshape(judges!, [clips, 1, folds]), [clips, starts.length, folds]), [count, folds]),
  );
  const still = multiply(sum(cut(stills!), [1], true), 1 / stretchMoments);
  return { features: concat([read(ofStretches), still], 1), count: starts.length };
}
