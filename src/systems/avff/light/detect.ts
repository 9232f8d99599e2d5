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
import { agreementCurve, curveMargin } from './agreement-graph.ts';
import { cells } from './features.ts';
import { type Direction, directions, type PredictorSettings, predict, predictorParameters } from './predictors.ts';
import { bands } from './reading.ts';
import { stretchMoments, stretchStarts } from './stretches.ts';

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
 * Inputs: `motion` [T, 49] and `sound` [T, 8], standardised over the moments that are `present` [T]; `stills` [T], 1
 * where nothing changes; `judges` [F], the folds' shares in the judgement: the one that has not seen the person in
 * training, all equally otherwise.
 * Targets: `label` (1 = fake), `counted` (0 for padding).
 * Answers: `logit` [B]; `moments` [B], how many are present; `v2a_curve`, `a2v_curve` [B, 41]; `stretches` [B, K], the
 * logit of each stretch of 3 s by itself (those after the clip's end mean nothing; K may be 0, and is then left out).
 */
export function lightDetectModel(settings: LightDetectSettings): Model {
  const { moments, folds } = settings;
  const logitOf = (read: Tensor, trained: Weights) => {
    const weights = within(trained, 'judge');
    return reshape(linear(read, weights('weight'), weights('bias')), [read.shape[0]!]);
  };
  return {
    parameters: new Map([...predictorParameters(settings), ...judgeParameters]),
    inputs: {
      motion: [moments, cells],
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
      const stretches = stretchFeatures(inputs, found.folds);
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

/** What each fold's predictors say, [B, T, 8] and [B, T, 49], the curves of both directions, and what is judged. */
function judged(inputs: Tensors, trained: Weights, settings: LightDetectSettings) {
  const { motion, sound, present, stills, judges } = inputs as Record<string, Tensor>;
  const folds = Array.from({ length: settings.folds }, (_, fold) => ({
    v2a: predict('v2a', fold, motion!, trained, settings),
    a2v: predict('a2v', fold, sound!, trained, settings),
  }));
  const curves = curvesOf(folds, { motion: motion!, sound: sound!, present: present!, judges: judges! });
  const still = divide(sum(multiply(stills!, present!), [1], true), maximum(sum(present!, [1], true), 1));
  return { folds, curves, features: concat([bothMargins(curves), still], 1) };
}

type Predicted = Readonly<Record<Direction, Tensor>>;

/** The agreement of both directions, each the mean over the folds by their shares in the judgement. */
function curvesOf(
  folds: readonly Predicted[],
  { motion, sound, present, judges }: Readonly<Record<'motion' | 'sound' | 'present' | 'judges', Tensor>>,
): readonly Tensor[] {
  return directions.map((direction) => {
    const truth = direction === 'v2a' ? sound : motion;
    return folds
      .map((predicted, fold) =>
        multiply(agreementCurve(predicted[direction], truth, present), slice(judges, 1, fold, fold + 1)),
      )
      .reduce((total, curve) => add(total, curve));
  });
}

/** What is judged of every stretch, [B K, features], clip after clip; undefined where there is no room for one. */
function stretchFeatures({ motion, sound, stills, judges }: Tensors, folds: readonly Predicted[]) {
  const [clips, moments] = motion!.shape as [number, number, number];
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
  const shares = judges!.shape[1]!;
  const curves = curvesOf(
    folds.map(({ v2a, a2v }) => ({ v2a: cut(v2a), a2v: cut(a2v) })),
    {
      ...{ motion: cut(motion!), sound: cut(sound!) },
      present: filled(1, [count, stretchMoments], motion!.elementType),
      judges: reshape(expand(reshape(judges!, [clips, 1, shares]), [clips, starts.length, shares]), [count, shares]),
    },
  );
  const still = multiply(sum(cut(stills!), [1], true), 1 / stretchMoments);
  return { features: concat([bothMargins(curves), still], 1), count: starts.length };
}

function bothMargins(curves: readonly Tensor[]): Tensor {
  return curves.map(curveMargin).reduce((both, margin) => add(both, margin));
}
