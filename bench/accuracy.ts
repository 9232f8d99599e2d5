// Whether predictions in eight bits are those in 32: a trained ViT-Tiny on real clips, where they lie beside the
// repository.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { examplesOf } from '../src/data/dataset.ts';
import { evaluate, openEvaluationData } from '../src/run/evaluate-node.ts';
import { train } from '../src/run/train-node.ts';
import { recipes } from '../src/systems/ma-avt/recipes.ts';
import { precisionOf } from './duet-jobs.ts';
import type { Fact } from './results.ts';
import type { Outcome, Settings } from './workloads.ts';

const shared = '../shared';
const data = join(shared, 'data/stills-with-sound');
const backbone = join(shared, 'models/vit_tiny_patch16_224');
/** Enough for a model that knows most clips; what is asked is whether two precisions agree. */
const epochs = 4;

export async function measureAccuracy({ cache, pace }: Settings): Promise<Outcome> {
  const without = (note: string): Outcome => ({ sides: [], facts: [], note });
  if (!existsSync(data) || !existsSync(backbone))
    return without('Not measured: there are no real clips and backbone beside the repository.');
  const run = join(cache, 'accuracy-run');
  if (!existsSync(join(run, 'adapter_config.json')))
    await train({
      data,
      backbone,
      out: run,
      force: true,
      session: { threads: pace.threads },
      training: { ...recipes.duet, epochs, seed: 0 },
    });
  const scored = async (variant: string) => {
    const session = { threads: pace.threads, ...precisionOf(variant) };
    return (await evaluate({ run, data, split: 'all', session })).scored;
  };
  const [exact, coarse] = [await scored(''), await scored('int8')];
  const testData = await openEvaluationData('test', { run, data, annotation: 'class' });
  const test = new Set(examplesOf(testData, 'test').map(({ id }) => id));
  const answers = new Map(exact.clips.map(({ path, predicted }) => [path, predicted]));
  const agreement =
    coarse.clips.filter(({ path, predicted }) => answers.get(path) === predicted).length / coarse.clips.length;
  const ofTest = (clips: typeof exact.clips) => {
    const own = clips.filter(({ path }) => test.has(path));
    return own.filter(({ label, predicted }) => label === predicted).length / own.length;
  };
  const difference = ofTest(coarse.clips) - ofTest(exact.clips);
  const backgroundAuc = ({ metrics }: typeof exact) => metrics.backgroundAuc ?? Number.NaN;
  const facts: Fact[] = [
    { name: 'clips, of all splits', value: exact.clips.length, unit: 'count' },
    { name: 'test clips', value: test.size, unit: 'count' },
    { name: 'accuracy on the test clips, fp32', value: ofTest(exact.clips), unit: 'share' },
    { name: 'accuracy on the test clips, int8', value: ofTest(coarse.clips), unit: 'share' },
    { name: 'same best class in both, all clips', value: agreement, unit: 'share' },
    { name: 'background AUC, all clips, fp32', value: backgroundAuc(exact), unit: 'ratio' },
    { name: 'background AUC, all clips, int8', value: backgroundAuc(coarse), unit: 'ratio' },
  ];
  return {
    sides: [],
    facts,
    targets: [
      { what: 'same best class in both precisions', value: agreement, least: 0.99, unit: 'share' },
      { what: 'accuracy lost by eight bits', value: -difference, most: 0.005, unit: 'share' },
    ],
  };
}
