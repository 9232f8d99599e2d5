import { expect, test } from 'vitest';
import { swappedShares } from './robustness.ts';

test('a pair counts once: as background if it is called so, else by the clip that it is taken for', () => {
  const labels = new Map([...[0, 1, 2, -1].entries()].map(([clip, label]) => [String(clip), label]));
  const answer = (id: string, soundId: string, predicted: number, backgroundLogit?: number) => ({
    id,
    soundId,
    predicted,
    backgroundLogit,
  });
  const answers = [
    answer('0', '1', 0, -1),
    answer('0', '1', 0, 1),
    answer('1', '2', 2),
    answer('2', '0', 1, -0.1),
    // Background as they are: left out.
    answer('3', '0', 0, -1),
    answer('1', '3', 1, -1),
  ];
  expect(swappedShares(answers, labels, 0.5)).toEqual({ picture: 0.25, sound: 0.25, background: 0.25, other: 0.25 });
  expect(swappedShares([], labels, 0.5)).toBeUndefined();
});
