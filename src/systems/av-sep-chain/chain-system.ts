// AVSepChain's filterbank form as a system of its own: for research, in the time domain.
import { parameterCounts } from '../../model/parameters.ts';
import type { Known, OpenSystem } from '../system.ts';
import { clipStage, openSystem, system } from '../usual.ts';
import {
  type ExtractAnswer,
  type ExtractResult,
  extractAnswer,
  extractOptionsSchema,
  extractResult,
  extractResultSchema,
  extractSummary,
} from './answer.ts';
import { chainIntake, framesOf } from './chain-intake.ts';
import { chainGrid, chainScoringModel, maskOfEstimate } from './chain-model.ts';
import { type ChainSettings, chainRecipes, chainSettingsSchema } from './chain-settings.ts';
import { separationCurves } from './curves.ts';
import { openExtractReader, readingKey } from './extract-reader.ts';
import { stemsByNetwork } from './extract-stems.ts';
import { filterbankStages } from './filterbank-model.ts';
import { extractMetrics, scoreMixtures } from './score.ts';

/** AVSepChain's filterbank form: perception and production in the time domain; see docs/extract.md. */
export const speechChainSystem = system<ChainSettings, ExtractAnswer, ExtractResult>({
  name: 'av-sep-chain-filterbank',
  annotation: 'class',
  settings: chainSettingsSchema,
  recipes: chainRecipes,
  usualRecipe: 'avsepchain',
  metrics: extractMetrics,
  result: extractResultSchema,
  resultOptions: extractOptionsSchema,
  open: openChain,
  curves: (history, kept) => separationCurves('Loss', 'dB below zero is better', history, kept),
});

function openChain(settings: ChainSettings, { backbone }: Known): OpenSystem<ExtractAnswer, ExtractResult, object> {
  const config = { ...settings.model, visualWidth: backbone.config.width };
  const sizeOf = (samples: number) => ({ samples, frames: framesOf(samples, config) });
  const grid = chainGrid(config);
  const window = sizeOf(settings.windowSamples);
  const reading = {
    ...({ ...grid, backbone, pictures: 1, mirrored: false, framesPerSecond: config.framesPerSecond } as const),
    ...{ windowSamples: window.samples, windowFrames: window.frames },
  };
  const stages = filterbankStages(config, sizeOf(settings.trainingSamples));
  const folded = chainScoringModel(config, window);
  const maskOf = (mixture: Float32Array, estimate: Float32Array) => maskOfEstimate(mixture, estimate, grid);
  return openSystem({
    intake: chainIntake({ ...settings, ...config, key: readingKey(reading) }),
    reader: (openSession) => openExtractReader(reading, openSession),
    stages: stages.map((stage) =>
      clipStage({
        ...stage,
        ...(stage.name === 'perceive' && stages.length > 1 && { settings: { epochs: settings.perceptionEpochs } }),
      }),
    ),
    counts: parameterCounts(stages.at(-1)!.model.parameters, folded.parameters, backbone.config),
    folded,
    score: (ask, options) => scoreMixtures(ask, options, grid),
    answer: ({ estimate }, answered) =>
      extractAnswer({ mask: maskOf(answered.inputs.mixture as Float32Array, estimate!) }, answered),
    result: extractResult,
    summary: extractSummary,
    shown: (result) => extractSummary(result).shown,
    stems: (media, options) =>
      stemsByNetwork(media, { ...reading, bands: grid.bands }, folded, options, ({ estimate }, { mixture }) =>
        maskOf(mixture as Float32Array, estimate!),
      ),
  });
}
