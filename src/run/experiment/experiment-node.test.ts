import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeClips } from '../../data/generated-clips.test-data.ts';
import { writeSafetensors } from '../../files/safetensors.ts';
import { miniTimm } from '../../weights/mini-vit.test-data.ts';
import { type ExperimentEvent, experiment, planExperiment } from './experiment-node.ts';
import { readGrid } from './grid-node.ts';
import { estimate } from './plan-node.ts';

let folder: string;
const session = { threads: 1 };
const place = (name: string) => join(folder, name);

const grid = {
  ...{ name: 'tiny', data: 'clips', backbone: 'mini', seeds: [0, 1], baseline: 'both' },
  options: { epochs: 1, batch: 4, frontEnd: 'ave', headStart: false },
  variants: { both: { recipe: 'probe' }, tokens: { options: { model: { contrastive: 'final' } } } },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-experiment-'));
  vi.stubEnv('DUET_CACHE', place('cache'));
  await mkdir(place('mini'));
  await writeFile(place('mini/model.safetensors'), writeSafetensors(miniTimm()));
  await writeFile(
    place('mini/config.json'),
    JSON.stringify({ architecture: 'vit_mini', model_args: { num_heads: 2 } }),
  );
  for (const [split, clips] of Object.entries({ train: 4, val: 1, test: 2 }))
    await writeClips(join(folder, 'clips', split), { bell: clips, drum: clips });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function fileOf(name: string, content: unknown): Promise<string> {
  await writeFile(place(name), JSON.stringify(content));
  return place(name);
}

/** The results without what the clock says. */
async function resultsOf(out: string): Promise<unknown> {
  const text = await readFile(join(out, 'results.json'), 'utf8');
  return JSON.parse(text, (key, value) => (key === 'seconds' ? undefined : value));
}

test('interrupted in the middle of a run and called again, it ends in the results of one that was never stopped', async () => {
  const file = await fileOf('tiny.json', grid);
  const [whole, stopped] = [place('whole'), place('stopped')];
  const result = await experiment({ file, out: whole, session, workers: 0 });
  expect(result).toMatchObject({ runs: 4, finished: 4, failed: [] });
  const [both, tokens] = result.variants;
  expect(both!.metrics.accuracy).toMatchObject({ runs: 2, difference: undefined });
  expect(tokens!.metrics.accuracy!.difference).toMatchObject({ pairs: 2 });
  expect(both!.metrics.backgroundAuc).toBeUndefined();
  expect(tokens!.metrics.swappedBackground!.mean).toBeGreaterThanOrEqual(0);
  expect(tokens!.confusion!.counts.flat().reduce((sum, count) => sum + count)).toBe(8);
  expect((await readFile(join(whole, 'results.csv'), 'utf8')).trimEnd().split('\n')).toHaveLength(5);
  const page = await readFile(join(whole, 'report.html'), 'utf8');
  expect(page).toContain('Differences from both');
  expect(page).toContain('Confusions, summed over the runs');

  const stop = new AbortController();
  let begun = 0;
  const onEvent = (event: ExperimentEvent) => {
    if (event.kind === 'run') begun++;
    if (event.kind === 'train' && event.event.kind === 'step' && begun === 2)
      stop.abort(new DOMException('stop', 'AbortError'));
  };
  const part = await experiment({ file, out: stopped, session, workers: 0, signal: stop.signal, onEvent });
  expect(part).toMatchObject({ finished: 1, failed: [] });
  const plan = await planExperiment({ file, out: stopped });
  expect(plan.map((run) => run.result !== undefined)).toEqual([true, false, false, false]);
  expect(estimate(plan)).toBeCloseTo(3 * part.variants[0]!.seconds!.perEpoch);

  const again: string[] = [];
  await experiment({
    ...{ file, out: stopped, session, workers: 0 },
    onEvent: (event) => void (event.kind === 'run' && again.push(`${event.variant} ${event.seed}`)),
  });
  expect(again).toEqual(['tokens 0', 'both 1', 'tokens 1']);
  expect(await resultsOf(stopped)).toEqual(await resultsOf(whole));

  const changed = await fileOf('changed.json', { ...grid, options: { ...grid.options, epochs: 2 } });
  await expect(experiment({ file: changed, out: whole })).rejects.toThrow(
    'was made with training.epochs 1, not 2; name another folder',
  );
});

test('over folds and shares of the training clips each run has splits of its own, and curves are drawn', async () => {
  const shares = { tokens: { trainShares: [0.5, 1] }, probe: { recipe: 'probe' } };
  const file = await fileOf('folds.json', { ...grid, seeds: [3], folds: 3, baseline: 'tokens', variants: shares });
  const plan = await planExperiment({ file, out: place('folds') });
  expect(plan.map(({ variant, fold }) => `${variant.name} ${fold!.index}`).slice(0, 4)).toEqual([
    'tokens at 0.5 0',
    'tokens 0',
    'probe 0',
    'tokens at 0.5 1',
  ]);
  const result = await experiment({ file, out: place('folds'), session, workers: 0, only: 'tokens' });
  expect(result).toMatchObject({ folds: 3, runs: 9, finished: 6, failed: [] });
  const [half, whole] = result.variants;
  expect(half!.trainClips).toBe(2);
  expect(whole!.trainClips).toBeCloseTo(10 / 3);
  // Each of the ten training and validation clips was tested once.
  expect(whole!.confusion!.counts.flat().reduce((sum, count) => sum + count)).toBe(10);
  const page = await readFile(join(place('folds'), 'report.html'), 'utf8');
  expect(page).toContain('Learning curves');
  expect(await readFile(join(place('folds'), 'results.csv'), 'utf8')).toContain('tokens at 0.5,duet,3,3,2,');
});

test('a run that fails is listed, and the others are done', async () => {
  const variants = { broken: { backbone: 'no-such/backbone' }, fine: { recipe: 'probe' } };
  const file = await fileOf('failing.json', { ...grid, seeds: [0], baseline: 'fine', variants });
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  const result = await experiment({ file, out: place('failing'), session, workers: 0 });
  expect(result.failed).toEqual([{ variant: 'broken', seed: 0, reason: expect.stringContaining('no-such/backbone') }]);
  expect(result.variants.map(({ runs }) => runs.length)).toEqual([0, 1]);
});

test.each([
  [
    'a misspelt option',
    { variants: { a: { options: { model: { contrastiv: 'none' } } } } },
    /variant 'a', has the unknown key 'contrastiv' in 'model'; did you mean 'contrastive'\?/,
  ],
  ['a wrong value', { variants: { a: { options: { epochs: 'many' } } } }, /variant 'a', is not as expected: 'epochs'/],
  [
    'a misspelt key of a variant',
    { variants: { a: { recip: 'duet' } } },
    /variant 'a', has the unknown key 'recip'; did you mean 'recipe'\?/,
  ],
  [
    'a seed among the options',
    { variants: { a: { options: { seed: 1 } } } },
    /has 'seed' among its options; give it beside them, under 'seeds'/,
  ],
  ['a baseline that is none', { baseline: 'b' }, /names the baseline 'b', which is none of its variants/],
  ['a name that is no folder', { baseline: undefined, variants: { '../a': {} } }, /has a variant called '..\/a'/],
  ['too few folds', { folds: 2, baseline: undefined, variants: { a: {} } }, /'folds'/],
  ['no variants', { baseline: undefined, variants: {} }, /has no variants/],
])('%s is reported in one sentence before anything runs', async (_, change, sentence) => {
  const file = await fileOf('wrong.json', { ...grid, baseline: undefined, ...change });
  await expect(experiment({ file, out: place('wrong') })).rejects.toThrow(sentence);
});

test('options are named as in a training configuration, or as the flags', async () => {
  const byFlag = { options: { 'shared-tokens': 2, lr: 0.01, background: false } };
  const byPlace = { options: { model: { tokens: { shared: 2 }, background: false }, learningRate: 0.01 } };
  const file = await fileOf('named.json', { ...grid, baseline: undefined, variants: { byFlag, byPlace } });
  const [first, second] = (await readGrid(file)).variants;
  expect(first!.training).toEqual(second!.training);
  expect(first!.training).toMatchObject({ model: { tokens: { shared: 2 } } });
});

test.each(['ablation', 'baselines', 'spoken-digits'])(
  'the shipped %s file is an experiment whose variants all differ',
  async (name) => {
    const file = fileURLToPath(new URL(`../../../examples/experiments/${name}.json`, import.meta.url));
    const { variants, baseline } = await readGrid(file, { data: 'anything' });
    expect(variants.find((variant) => variant.name === baseline)).toBeDefined();
    expect(new Set(variants.map(({ training }) => JSON.stringify(training))).size).toBe(variants.length);
  },
);
