// AVSepChain as one of the systems: the sound of what is in view.
import type { Box } from '../../signal/crop.ts';
import type { BackboneConfig } from '../../weights/backbone.ts';
import type { SystemToCome } from '../system-to-come.ts';
import { compareGolden, isGolden } from './compare-golden.ts';
import { extractIntake } from './extract-intake.ts';
import { type ExtractConfig, extractModel, maskConfigOf } from './extract-model.ts';
import { type ExtractSettings, extractRecipes, extractSettingsSchema } from './extract-settings.ts';
import { extractStems } from './extract-stems.ts';
import { factorCount } from './mask-form.ts';

export const avSepChainSystem: SystemToCome<ExtractSettings> = {
  name: 'av-sep-chain',
  annotation: 'class',
  settings: extractSettingsSchema,
  recipes: extractRecipes,
  metrics: [
    { name: 'siSdrGain', title: 'SI-SDR gain in dB', unit: 'number', better: 'higher' },
    { name: 'improved', title: 'Better than the mixture', unit: 'share', better: 'higher' },
  ],
  golden: { reads: isGolden, compare: compareGolden },
  open(settings, { vit }) {
    const config = extractConfig(settings, vit);
    const { trainingSamples, windowSamples } = settings;
    const model = extractModel(config, windowSamples);
    return {
      intake: intakeOf(settings, config, vit),
      stages: [{ name: 'perceive', model: extractModel(config, trainingSamples), on: 'clips', trains: () => true }],
      fold: (parameters) => ({ parameters, model }),
      stepBatch({ arrays: { target, ...inputs } }) {
        return { inputs, targets: { target: target! } };
      },
      judge({ count }, { gain }) {
        return { judged: count, right: gain!.subarray(0, count).filter((decibels) => decibels > 0).length };
      },
      stems: (media, predict, { boxes, ...options }) =>
        extractStems(media, {
          ...options,
          intake: intakeOf(settings, config, vit, boxes),
          grid: config,
          mask: async (inputs) => (await predict(inputs)).mask!,
        }),
    };
  },
};

export function extractConfig({ model, pictures }: ExtractSettings, vit: BackboneConfig): ExtractConfig {
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
