import { expect, test } from 'vitest';
import { interpret } from '../../graph/interpret.ts';
import { evidenceMaps } from './evidence.ts';
import { build, clips, plain } from './mini-ma-avt.test-data.ts';
import { present } from './modalities.ts';
import { coherentOptions, type MaAvtConfig } from './settings.ts';

const agreement: MaAvtConfig = { ...plain, heads: 'agreement', soundBands: 2 };
const variants: Record<string, MaAvtConfig> = {
  'the paper’s heads': plain,
  'agreement heads': agreement,
  'sequences that cannot be stacked': { ...agreement, tokens: { audio: 1, visual: 3, shared: 2 }, layerwise: 'common' },
  'pictures alone': { ...plain, ...coherentOptions({ ...plain, modalities: 'visual' }) },
};

test.each(Object.entries(variants))('evidence maps are shares of the patches: %s', (_, config) => {
  const { outputs, trace, feeds } = build(config);
  const maps = present(evidenceMaps(outputs, trace, config));
  expect(maps.length).toBe(config.modalities === 'both' ? 2 : 1);
  for (const map of interpret(maps, feeds)) {
    expect(map.length).toBe(clips * 4);
    expect(map.every((share) => share >= 0)).toBe(true);
    const sums = Array.from({ length: clips }, (_, clip) =>
      map.slice(4 * clip, 4 * clip + 4).reduce((sum, share) => sum + share),
    );
    for (const sum of sums) expect(sum < 1e-9 || Math.abs(sum - 1) < 1e-9).toBe(true);
    expect(Math.max(...sums)).toBeCloseTo(1, 9);
  }
});

test('where the picture holds what sounds depends on what the sound is taken for, and where CLS looks does not', () => {
  const { parameters, outputs, trace, encoded, feeds } = build(agreement);
  const maps = [evidenceMaps(outputs, trace, agreement).visual!, encoded['visual.attention']!];
  const other = new Map(feeds);
  // Of two classes the sound is now taken for the other one.
  for (const name of ['audio_head.weight', 'audio_head.bias']) {
    const tensor = parameters.get(name)!;
    other.set(
      tensor,
      feeds.get(tensor)!.map((value) => -value),
    );
  }
  const [first, second] = [interpret(maps, feeds), interpret(maps, other)];
  expect(first[1]).toEqual(second[1]);
  expect(first[0]!.some((share, patch) => Math.abs(share - second[0]![patch]!) > 1e-3)).toBe(true);
});
