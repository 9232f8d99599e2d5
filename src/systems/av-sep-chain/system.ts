// AVSepChain as one of the systems: the sound of what is in view.
import { parameterCounts, type Specifications } from '../../model/parameters.ts';
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
import { firstClassSpectra, isBound } from './class-spectra.ts';
import { separationCurves } from './curves.ts';
import { extractIntake } from './extract-intake.ts';
import { extractModel, scoringModel } from './extract-model.ts';
import { openExtractReader, readingKey } from './extract-reader.ts';
import { type ExtractSettings, extractRecipes, extractSettingsSchema } from './extract-settings.ts';
import { stemsByNetwork } from './extract-stems.ts';
import { factorCount } from './mask-form.ts';
import { referenceRuns } from './reference-runs.ts';
import { extractMetrics, scoreMixtures } from './score.ts';

/** AVSepChain's light extraction: the sound of what is in view; see docs/extract.md. */
export const avSepChainSystem = system<ExtractSettings, ExtractAnswer, ExtractResult>({
  name: 'av-sep-chain',
  annotation: 'class',
  settings: extractSettingsSchema,
  recipes: extractRecipes,
  usualRecipe: 'extract',
  metrics: extractMetrics,
  result: extractResultSchema,
  resultOptions: extractOptionsSchema,
  open: openExtract,
  golden: referenceRuns,
  curves: (history, kept) => separationCurves('Energy of the error over that of the mixture', 'share', history, kept),
});

function openExtract(
  settings: ExtractSettings,
  { labels, backbone }: Known,
): OpenSystem<ExtractAnswer, ExtractResult, object> {
  const config = { ...settings.model, visualWidth: settings.pictures * backbone.config.width };
  const reading = { ...settings, ...config, backbone, framesPerSecond: 1, windowFrames: 1, mirrored: true };
  const bound = { labels, width: backbone.config.width, bands: config.bands };
  const model = extractModel(config, settings.trainingSamples, bound);
  const folded = scoringModel(config, settings.windowSamples, bound);
  const learned = (specifications: Specifications) => new Map([...specifications].filter(([name]) => !isBound(name)));
  return openSystem({
    intake: extractIntake({
      ...settings,
      ...{ key: readingKey(reading), sampleRate: config.sampleRate, window: config.window },
      factors: factorCount(config),
      bands: config.bands,
    }),
    reader: (openSession) => openExtractReader(reading, openSession),
    stages: [
      clipStage({
        ...{ name: 'perceive', model, averaging: settings.averaging || undefined },
        trains: (name) => !isBound(name),
      }),
    ],
    firstValues: (clips) => firstClassSpectra(clips, bound),
    counts: parameterCounts(learned(model.parameters), learned(folded.parameters), backbone.config),
    folded,
    score: (ask, options) => scoreMixtures(ask, options, config),
    answer: extractAnswer,
    result: extractResult,
    summary: extractSummary,
    shown: (result) => extractSummary(result).shown,
    stems: (media, options) => stemsByNetwork(media, reading, folded, options, ({ mask }) => mask!),
  });
}
