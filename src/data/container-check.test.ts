import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { betrayals, type JudgedFacts } from './container-check.ts';

const random = createRandom('containers');
const clips: JudgedFacts[] = Array.from({ length: 200 }, (_, i) => {
  const real = i % 2 === 0;
  return {
    real,
    numbers: { duration: random.normal(), 'leading silence': real ? 0 : 0.03 + random.uniform() },
    words: { codec: real && random.uniform() < 0.8 ? 'hevc' : 'avc', container: 'mp4' },
  };
});

test('a fact that only fakes have betrays them, one that all share does not', () => {
  const found = betrayals(clips);
  expect(found[0]).toEqual({ fact: 'leading silence', auc: 1, isTelling: true });
  const of = (fact: string) => found.find((one) => one.fact === fact)!;
  expect(of('codec').auc).toBeGreaterThan(0.85);
  expect([of('codec').isTelling, of('duration').isTelling]).toEqual([true, false]);
  expect(of('container')).toEqual({ fact: 'container', auc: 0.5, isTelling: false });
});

test('a word of its own for every clip betrays nothing, as each is judged by the others', () => {
  const named = clips.map((clip, i) => ({ ...clip, numbers: {}, words: { title: `clip ${i}` } }));
  expect(betrayals(named)).toEqual([{ fact: 'title', auc: 0.5, isTelling: false }]);
});

test('clips of one kind alone say nothing', () => {
  expect(betrayals(clips.filter(({ real }) => real))).toEqual([]);
});

test('few clips that differ by chance betray nothing', () => {
  const few = [0.1, 0.2, 0.3, 0.4].map((duration, i) => ({ real: i < 2, numbers: { duration }, words: {} }));
  expect(betrayals(few)).toEqual([{ fact: 'duration', auc: 1, isTelling: false }]);
});
