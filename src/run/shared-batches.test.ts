// Windows answered together, and clips read by whoever is free.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Window } from '../data/intake.ts';
import { createRandom } from '../random.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { writeAdapter } from '../weights/adapter-folder-node.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { type Adapter, adapterFilesOf } from './adapter.ts';
import { answerWindows } from './answer-windows.ts';
import { openBatchedModel } from './shared-batches.ts';
import { toySystem } from './toy-system.test-data.ts';
import { openWindowReaders } from './window-readers-node.ts';

let adapter: Adapter;
let folder: string;
beforeAll(async () => {
  const known = { labels: ['red', 'green', 'blue'], backbone: await openBackbone(undefined) };
  const settings = toySystem.recipes.toy!;
  const open = toySystem.open(settings, known);
  const random = createRandom('toy head');
  const tensors = new Map(
    [...open.folded.parameters].map(([name, { shape }]) => [
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    ]),
  );
  adapter = { system: toySystem, open, settings, known, tensors } as unknown as Adapter;
  folder = await mkdtemp(join(tmpdir(), 'duet-batches-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function windows(count: number): Window[] {
  return Array.from({ length: count }, (_, i) => {
    const random = createRandom('window', i);
    return { start: i, end: i + 1, inputs: { facts: Float32Array.from({ length: 4 }, () => random.uniform()) } };
  });
}

test('windows that come while others are computed are answered together, each with its own answer', async () => {
  const batches: number[] = [];
  const openSession = nodeSessions({ threads: 1 });
  const model = await openBatchedModel(adapter, {
    ...{ openSession, most: 4, soon: false },
    onBatch: (count) => batches.push(count),
  });
  const single = await openBatchedModel(adapter, { openSession, most: 1, soon: false });
  const asked = windows(11);
  const together = await Promise.all(asked.map((window) => model.answer(window)));
  expect(batches).toEqual([4, 4, 3]);
  for (const [place, window] of asked.entries()) {
    const alone = (await single.answer(window)) as { label: string; probability: number };
    const answer = together[place] as typeof alone;
    expect(answer.label).toBe(alone.label);
    expect(answer.probability).toBeCloseTo(alone.probability, 6);
  }
  expect(new Set(together.map((answer) => (answer as { label: string }).label)).size).toBeGreaterThan(1);
  // Whatever is computed with it, a window has the same answer to the bit.
  const again = await Promise.all([...asked].reverse().map((window) => model.answer(window)));
  expect(again.reverse()).toEqual(together);
  expect(model.waiting()).toBe(0);
  await Promise.all([model.release(), single.release()]);
});

test('a few windows are computed one by one, so that none waits for a portion to be filled', async () => {
  const batches: number[] = [];
  const model = await openBatchedModel(adapter, {
    ...{ openSession: nodeSessions({ threads: 1 }), most: 8, soon: true },
    onBatch: (count) => batches.push(count),
  });
  await Promise.all(windows(3).map((window) => model.answer(window)));
  await Promise.all(windows(8).map((window) => model.answer(window)));
  expect(batches).toEqual([1, 1, 1, 8]);
  await model.release();
});

test('a fault of the model is that of its batch, and the next batch is computed', async () => {
  const model = await openBatchedModel(adapter, { openSession: nodeSessions({ threads: 1 }), most: 2, soon: false });
  const [good] = windows(1);
  const bad: Window = { start: 0, end: 1, inputs: {} };
  await expect(model.answer(bad)).rejects.toThrow(/facts/);
  expect(await model.answer(good!)).toHaveProperty('label');
  await model.release();
});

test('answers come in order, with a few windows under way', async () => {
  let [open, most] = [0, 0];
  const answer = async ({ start }: Window) => {
    most = Math.max(most, ++open);
    await new Promise((done) => setTimeout(done, 5 - (start % 5)));
    open--;
    return start;
  };
  async function* source() {
    yield* windows(20);
  }
  const answers: unknown[] = [];
  for await (const one of answerWindows(source(), { answer })) answers.push(one);
  expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(most).toBe(4);
});

test('readers are taken one by one, and a wait for one can be given up', async () => {
  const files = adapterFilesOf(adapter.tensors, adapter);
  await writeAdapter(folder, files);
  await writeFile(join(folder, 'not-a-video.mp4'), 'text');
  const readers = openWindowReaders({ adapters: [{ run: folder, missing: 'error' }], processes: 1 });
  const first = await readers.take();
  expect(readers.busy()).toBe(1);
  const stop = new AbortController();
  const waiting = readers.take(stop.signal);
  stop.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
  const next = readers.take();
  first.release();
  const second = await next;
  // The toy system is not in the registry, so that its folder is no adapter to a reader.
  const clip = { kind: 'video', path: join(folder, 'not-a-video.mp4') } as const;
  await expect(second.open(clip, { adapter: 0 })).rejects.toThrow(/does not know the system "toy"/);
  second.release();
  readers.close();
});
