import { expect, test } from 'vitest';
import type { Sense } from '../../data/annotation.ts';
import type { Example } from '../../data/dataset.ts';
import type { StoredReading } from '../../data/intake.ts';
import { chunkPass, planEvents, rowOfEvents } from './events-rows.ts';
import { practicalNetwork } from './practical.ts';
import { eventsRecipes } from './settings.ts';

const length = 8;
const config = {
  ...practicalNetwork({ visualWidth: 2, audioWidth: 1, textWidth: 3, classes: 2, senses: ['seen', 'heard'] }),
  ranges: [[0, 10_000]] as const,
};
const training = { ...eventsRecipes.events!, otherSound: 0, tempo: 0, leastKept: 1 };
const options = { labels: ['cat', 'dog'], config, length, training };
const event = (start: number, end: number, label: string) => ({ start, end, label });

function example(id: string, ...ofSenses: (readonly [Sense | undefined, ReturnType<typeof event>[]])[]): Example {
  const annotations = ofSenses.map(([sense, events]) => ({ kind: 'events', events, sense }) as const);
  return { id, split: 'train', media: { kind: 'video', path: id }, annotations };
}
const examples = ['a', 'b', 'c'].map((id) => example(id, ['heard', [event(0.25, 2.25, 'dog')]], ['seen', []]));

/** Numbered rows. */
const reading = (steps: number, names = ['visual', 'audio']): StoredReading => ({
  names,
  async get(name) {
    const width = name === 'visual' ? 2 : 1;
    return { shape: [steps, width], data: Float32Array.from({ length: steps * width }, (_, i) => 1 + i) };
  },
  close: async () => undefined,
});

test('training shows every clip once, in another order each epoch, the same for the same seed', () => {
  const order = (epoch: number) => planEvents(examples, { name: 'train', seed: 1, epoch }, options);
  expect(
    order(0)
      .map(({ clips }) => clips[0])
      .sort(),
  ).toEqual(['a', 'b', 'c']);
  expect(order(0)).toEqual(order(0));
  const orders = [0, 1, 2, 3, 4].map((epoch) =>
    order(epoch)
      .map(({ clips }) => clips.join())
      .join(),
  );
  expect(new Set(orders).size).toBeGreaterThan(1);
});

test('a row has the events of its clip in steps, and what points should say of each sense', async () => {
  const [row] = planEvents(examples.slice(0, 1), { name: 'train', seed: 1, epoch: 0 }, options);
  // Two rows a second, the first at a quarter of a second.
  expect(row!.target).toMatchObject({ own: { SED: [[0, 4, 1]], TAL: [] } });
  const arrays = await rowOfEvents(row!, async () => reading(6), { name: 'train', seed: 1, epoch: 0 }, options);
  expect([...(arrays['heard.classes'] as Float32Array)].filter((_, i) => i % 2 === 1)).toEqual([
    0, 1, 1, 1, 0, 0, 0, 0,
  ]);
  expect([...(arrays['seen.valid'] as Float32Array)]).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
  expect(arrays.visual).toHaveLength(2 * length);
});

test('evaluation looks at chunk after chunk, and at nothing behind a clip’s end', async () => {
  const [row] = planEvents(examples, { name: chunkPass(1), seed: 0, epoch: 0 }, options);
  const chunk = (index: number, names?: string[]) =>
    rowOfEvents(row!, async () => reading(11, names), { name: chunkPass(index), seed: 0, epoch: 0 }, options);
  const second = await chunk(1);
  expect([...(second.audio as Float32Array)]).toEqual([5, 6, 7, 8, 9, 10, 11, 0]);
  expect([...(second.mask as Float32Array)]).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
  expect([...((await chunk(3)).mask as Float32Array)]).toEqual(Array(8).fill(0));
  const blind = await chunk(0, ['audio']);
  expect([...(blind.present as Float32Array)]).toEqual([0, 1]);
  expect(blind.visual).toHaveLength(2 * length);
});

test('events of one file are seen and heard, and a class that the model does not know is named', () => {
  const plan = (one: Example) => planEvents([one], { name: chunkPass(0), seed: 0, epoch: 0 }, options);
  expect(plan(example('a', [undefined, [event(1, 2, 'cat')]]))[0]!.target).toMatchObject({
    own: { AVEL: [[1.5, 3.5, 0]] },
  });
  expect(() => plan(example('a', ['seen', [event(1, 2, 'cow')]]))).toThrow(
    'The class "cow" of "a" is not one the model knows (cat, dog); leave its events out.',
  );
});
