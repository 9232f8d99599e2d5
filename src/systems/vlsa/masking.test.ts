import { expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { drawPairs, drawVisible, maskWords, visiblePatches } from './masking.ts';

const special = { pad: 0, mask: 103, all: [0, 100, 101, 102, 103] };

test('patches are drawn without repeats, evenly, and read back from a mask', () => {
  const random = createRandom('visible');
  const counts = new Array(8).fill(0);
  const drawn = Array.from({ length: 4000 }, () => drawVisible(8, 2, random));
  for (const patch of drawn.flat()) counts[patch]++;
  expect(drawn.filter(([first, second]) => first! >= second!)).toEqual([]);
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120); // four deviations
  expect(visiblePatches([1, 0, 1, 0, 0, 0, 1, 1], 4)).toEqual([1, 3, 0, 1]);
});

test('15 per cent of words are hidden: 80 of 100 as the mask, 10 as another word, 10 as they are', () => {
  const words = [101, ...Array.from({ length: 100 }, (_, i) => 1000 + i), 102, 0, 0];
  const fates = { mask: 0, other: 0, same: 0 };
  for (let round = 0; round < 200; round++) {
    const masked = maskWords(words, special, 30_522, createRandom('words', round));
    expect(masked.hidden.reduce((total, value) => total + value, 0)).toBe(15);
    const isHidden = (place: number) => masked.hidden[place] === 1;
    expect(words.filter((word, place) => !isHidden(place) && masked.words[place] !== word)).toEqual([]);
    const hidden = words.flatMap((word, place) => (isHidden(place) ? [[word, masked.words[place]!] as const] : []));
    expect(hidden.filter(([word]) => special.all.includes(word))).toEqual([]);
    for (const [word, now] of hidden) fates[now === special.mask ? 'mask' : now === word ? 'same' : 'other']++;
    expect(hidden.filter(([, now]) => now !== special.mask && special.all.includes(now))).toEqual([]);
  }
  expect(fates.mask / 3000).toBeCloseTo(0.8, 1);
  expect(fates.other / 3000).toBeCloseTo(0.1, 1);
  expect(fates.same / 3000).toBeCloseTo(0.1, 1);
});

test('one word is hidden of a single one, and none where there is none', () => {
  const hidden = (words: number[]) => maskWords(words, special, 200, createRandom('few')).hidden;
  expect(hidden([101, 150, 102, 0])).toEqual([0, 1, 0, 0]);
  expect(hidden([101, 102, 0, 0])).toEqual([0, 0, 0, 0]);
});

test('half of the pairs are of one clip, and no other pair is', () => {
  const pairs = drawPairs(5, createRandom('pairs'));
  const rows = Array.from({ length: 10 }, (_, i) => pairs.slice(3 * i, 3 * i + 3));
  for (const [sound, other, label] of rows) expect(label).toBe(Number(sound === other));
  expect(rows.filter(([, , label]) => label === 1)).toHaveLength(5);
  expect(drawPairs(1, createRandom('one'))).toEqual([0, 0, 1, 0, 0, 1]);
});
