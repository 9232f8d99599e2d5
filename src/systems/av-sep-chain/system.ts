// AVSepChain as one of the systems: the sound of what is in view.
import { parameterCounts } from '../../model/parameters.ts';
import type { CurvesShown } from '../../report/shown.ts';
import type { Box } from '../../signal/box.ts';
import type { CurvedEpoch } from '../../train/checkpoint.ts';
import type { BackboneConfig } from '../../weights/backbone.ts';
import type { Known, OpenSystem, System } from '../system.ts';
import {
  type ExtractAnswer,
  type ExtractResult,
  extractAnswer,
  extractOptionsSchema,
  extractResult,
  extractResultSchema,
  extractSummary,
} from './answer.ts';
import { extractIntake } from './extract-intake.ts';
import { type ExtractConfig, extractModel, maskConfigOf, scoringModel } from './extract-model.ts';
import { type ExtractSettings, extractRecipes, extractSettingsSchema } from './extract-settings.ts';
import { extractStems } from './extract-stems.ts';
import { factorCount } from './mask-form.ts';
import { referenceRuns } from './reference-runs.ts';
import { extractMetrics, scoreMixtures } from './score.ts';

/** AVSepChain's light extraction: the sound of what is in view; see docs/extract.md. */
export const avSepChainSystem: System<ExtractSettings, ExtractAnswer, ExtractResult, object> = {
  name: 'av-sep-chain',
  annotation: 'class',
  settings: extractSettingsSchema,
  recipes: extractRecipes,
  usualRecipe: 'extract',
  metrics: extractMetrics,
  result: extractResultSchema,
  resultOptions: extractOptionsSchema,
  coherent: (settings) => settings,
  open: openExtract,
  golden: referenceRuns,
  curves: extractCurves,
};

function openExtract(settings: ExtractSettings, { backbone }: Known): OpenSystem<ExtractAnswer, ExtractResult, object> {
  const vit = backbone.config;
  const config = extractConfig(settings, vit);
  const model = extractModel(config, settings.trainingSamples);
  const folded = scoringModel(config, settings.windowSamples);
  return {
    intake: intakeOf(settings, config, vit),
    stages: [
      {
        ...{ name: 'perceive', model, on: 'clips', trains: () => true },
        stepBatch: ({ arrays: { target, ...inputs } }) => ({ inputs, targets: { target: target! } }),
        judge: ({ count }, { gain }) => ({
          judged: count,
          right: gain!.subarray(0, count).filter((decibels) => decibels > 0).length,
        }),
      },
    ],
    counts: parameterCounts(model.parameters, folded.parameters, vit),
    folded,
    fold: (trained) => trained,
    decision: {},
    score: scoreMixtures,
    extras: { always: [], shown: [] },
    answer: extractAnswer,
    result: extractResult,
    summary: extractSummary,
    shown: (result) => extractSummary(result).shown,
    stems: (media, predict, { boxes, ...options }) =>
      extractStems(media, {
        ...options,
        intake: intakeOf(settings, config, vit, boxes),
        grid: config,
        mask: async (inputs) => (await predict(inputs)).mask!,
      }),
  };
}

function extractConfig({ model, pictures }: ExtractSettings, vit: BackboneConfig): ExtractConfig {
  return { ...model, pictures, vit };
}

function intakeOf(
  settings: ExtractSettings,
  config: ExtractConfig,
  { mean, std, inputSize }: BackboneConfig,
  boxes?: readonly Box[],
) {
  const { mixtures, trainingSamples, windowSamples, augment, dropout, pictures } = settings;
  const [height, width] = inputSize;
  return extractIntake({
    ...{ mixtures, trainingSamples, windowSamples, augment, dropout, pictures, mean, std },
    ...{ sampleRate: config.sampleRate, window: config.window, imageSize: { height, width } },
    factors: factorCount(maskConfigOf(config)),
    boxes,
  });
}

function extractCurves(history: readonly CurvedEpoch[], kept: number | undefined): CurvesShown[] {
  const curve = (name: string, value: (record: CurvedEpoch) => number | null | undefined) => ({
    name,
    points: history.map((record) => ({ x: record.epoch, y: value(record) ?? Number.NaN })),
  });
  const common = {
    ...({ kind: 'curves', xLabel: 'epoch' } as const),
    mark: kept === undefined ? undefined : { x: kept, label: 'kept' },
  };
  return [
    {
      ...{ ...common, title: 'Energy of the error over that of the mixture', yLabel: 'share' },
      series: [curve('training', ({ losses }) => losses.total)],
    },
    {
      ...{ ...common, title: 'Gain over the mixture', yLabel: 'SI-SDR in dB' },
      series: [curve('validation', ({ validation }) => validation?.siSdrGain)],
    },
  ];
}
