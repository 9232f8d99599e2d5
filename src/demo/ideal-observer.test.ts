import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { type DemoClass, demoClasses, distractorLooks } from './classes.ts';
import { idealBackgroundAuc } from './ideal-observer.ts';

const classes: readonly DemoClass[] = [
  { name: 'a', look: 'bowl', sound: 'ring' },
  { name: 'b', look: 'clock', sound: 'tick' },
];

test('a swapped sound is always found where what makes it is not in view, and never where it stands beside', () => {
  expect(idealBackgroundAuc(classes, () => ['jug'])).toBe(1);
  expect(idealBackgroundAuc(classes, ({ look }) => [look === 'bowl' ? 'clock' : 'bowl'])).toBe(0.5);
  // In one of two clips the other thing stands beside; of two such clips, one swapped, the choice is a guess.
  expect(idealBackgroundAuc(classes, ({ look }) => ['jug', look === 'bowl' ? 'clock' : 'bowl'])).toBe(0.875);
});

test('in the demo, whoever only asks whether something in view could make the sound does not do better', () => {
  const { integer } = createRandom('ideal observer');
  const drawn = <One>(from: readonly One[]) => from[integer(from.length)]!;
  const fits = (isSwapped: boolean) => {
    const one = drawn(demoClasses);
    const sounding = isSwapped ? drawn(demoClasses.filter((other) => other !== one)) : one;
    const inView = [one.look, drawn(distractorLooks(one))];
    return demoClasses.some(({ look, sound }) => sound === sounding.sound && inView.includes(look));
  };
  const rounds = 20_000;
  let area = 0;
  for (let round = 0; round < rounds; round++) {
    const [swapped, whole] = [fits(true), fits(false)];
    area += swapped === whole ? 0.5 : Number(whole);
  }
  const bound = idealBackgroundAuc();
  expect(area / rounds).toBeLessThan(bound + 0.01);
  expect(area / rounds).toBeGreaterThan(bound - 0.08);
});
