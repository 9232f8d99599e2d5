import { expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { betrayals, type ContainerFacts } from './container-check.ts';

const random = createRandom('containers');
const clips: ContainerFacts[] = Array.from({ length: 200 }, (_, i) => {
  const real = i % 2 === 0;
  return {
    real,
    numbers: { duration: random.normal(), 'leading silence': real ? 0 : 0.03 + random.uniform() },
    words: { codec: real && random.uniform() < 0.8 ? 'hevc' : 'avc', container: 'mp4' },
  };
});

test('a fact that only fakes have betrays them, one that all share does not', () => {
  const found = betrayals(clips);
  expect(found[0]).toEqual({ fact: 'leading silence', auc: 1 });
  const auc = (fact: string) => found.find((one) => one.fact === fact)!.auc;
  expect(auc('codec')).toBeGreaterThan(0.85);
  expect(auc('duration')).toBeLessThan(0.6);
});

test('a word of its own for every clip betrays nothing, as each is judged by the others', () => {
  const named = clips.map((clip, i) => ({ ...clip, numbers: {}, words: { title: `clip ${i}` } }));
  expect(betrayals(named)).toEqual([{ fact: 'title', auc: 0.5 }]);
});

test('clips of one kind alone say nothing', () => {
  expect(betrayals(clips.filter(({ real }) => real))).toEqual([]);
});
