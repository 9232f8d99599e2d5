// The search model as one of the systems: videos as vectors that words, sounds and pictures find.
import { joinFloat32 } from '../../../files/tensor-values.ts';
import { inputSettings } from '../../../infer/input-choices.ts';
import { parameterCounts } from '../../../model/parameters.ts';
import { frontEnds } from '../../../signal/front-ends.ts';
import { epochCharts } from '../../../train/epoch-charts.ts';
import type { Embed } from '../../system.ts';
import { clipStage, openSystem, system } from '../../usual.ts';
import { featuresKey, openFeatureReader } from './features.ts';
import { imagenetNames } from './imagenet-names.ts';
import { searchIntake } from './intake.ts';
import { isGiven, searchModels } from './model.ts';
import { type SearchResult, searchResult, searchResultSchema, searchShown, searchSummary } from './result.ts';
import { scoreSearch, searchMetrics } from './score.ts';
import { type SearchSettings, searchRecipes, searchSettingsSchema } from './settings.ts';
import { type SearchAnswer, searchVectors } from './vectors.ts';

/** Of the vectors of the built-in text encoder, and of the projections. */
const [textWidth, width] = [128, 128];

/** Search by words, sound and picture after VLSA's idea; see docs/search.md. */
export const searchSystem = system<SearchSettings, SearchAnswer, SearchResult>({
  name: 'vlsa-search',
  annotation: 'class',
  settings: searchSettingsSchema,
  recipes: searchRecipes,
  usualRecipe: 'search',
  metrics: searchMetrics,
  result: searchResultSchema,
  curves: (history, kept) =>
    epochCharts(history, kept, [
      { title: 'Loss', yLabel: 'loss', lines: { 'in training': ({ losses }) => losses.network } },
      {
        ...{ title: 'Found by class names', yLabel: 'mAP', unit: 'percent' },
        lines: { 'in validation': ({ validation }) => validation?.words },
      },
    ]),
  open(_, { labels, backbone }) {
    const sizes = { labels: labels.length, names: imagenetNames.length, text: textWidth, width };
    const { training, folded } = searchModels(sizes, backbone.config);
    const inputs = inputSettings(backbone.config, { frontEnd: 'vggsound', normalisation: 'backbone' });
    const learned = new Map([...training.parameters].filter(([name]) => !isGiven(name)));
    return openSystem({
      intake: searchIntake(labels, featuresKey(backbone, inputs)),
      reader: (openSession) => openFeatureReader(backbone, inputs, openSession),
      async firstValues({ embed }) {
        return new Map([
          ['names', joinFloat32(await meanVectors(imagenetNames, embed))],
          ['classes', joinFloat32(await embed(labels.map((label) => label.replace(/[_-]+/g, ' '))))],
        ]);
      },
      stages: [clipStage({ name: 'align', model: training, trains: (name) => !isGiven(name) })],
      counts: parameterCounts(learned, folded.parameters, backbone.config),
      folded,
      score: (ask) => scoreSearch(ask, labels),
      answer: (outputs) => outputs as SearchAnswer,
      result: (answers) => searchResult(answers, labels),
      summary: searchSummary,
      windowSeconds: frontEnds[inputs.frontEnd].seconds,
      vectors: searchVectors(textWidth, width),
      shown: (_, windows) => searchShown(windows, inputs),
    });
  },
});

/** Of each group of texts the mean of their vectors. */
async function meanVectors(groups: readonly (readonly string[])[], embed: Embed): Promise<Float32Array[]> {
  const vectors = await embed(groups.flat());
  let first = 0;
  return groups.map(({ length }) => {
    const own = vectors.slice(first, first + length);
    first += length;
    return own[0]!.map((_, i) => own.reduce((total, vector) => total + vector[i]! / length, 0));
  });
}
