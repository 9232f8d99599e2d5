import { expect, test } from 'vitest';
import { chunkStarts } from './chunks.ts';
import { chunkAnswer, clipEvents } from './clip-events.ts';
import type { NetworkConfig } from './config.ts';
import { type RowChunk, rowChunks } from './row-chunks.ts';
import { gridOf } from './seconds.ts';
import { releasedSuppression } from './suppress.ts';
import { pointTargets } from './targets.ts';

const length = 16;
const config: NetworkConfig = {
  ...{ visualWidth: 2, audioWidth: 1, width: 4, heads: 2, selfBlocks: 1, headWidth: 4, textWidth: 3, dropPath: 0 },
  firstDistance: 0,
  ranges: [
    [0, 4],
    [4, 10_000],
  ],
  tasks: {
    sounds: {
      ...{ kind: 'SED', classes: 2, classAware: true, maxLength: length, labelSmoothing: 0 },
      ...{ regressionWeight: 1, normaliser: 1 },
    },
  },
};

/** Numbered rows in stretches of the given lengths. */
async function* stretchesOf(counts: readonly number[]) {
  let row = 0;
  for (const count of counts) {
    const numbers = Array.from({ length: count }, () => row++);
    yield { count, visual: Float32Array.from(numbers.flatMap((n) => [n, -n])), audio: Float32Array.from(numbers) };
  }
}

async function chunksOf(counts: readonly number[]): Promise<RowChunk[]> {
  const chunks: RowChunk[] = [];
  for await (const chunk of rowChunks(stretchesOf(counts), length, config)) chunks.push(chunk);
  return chunks;
}

test.each([[[16]], [[17]], [[5, 5, 5]], [[40, 1, 30]], [[1, 15, 8]], [[8, 8, 8, 8, 8, 8, 3]]])(
  'rows in stretches of %j come in the same chunks as all at once',
  async (counts) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const chunks = await chunksOf(counts);
    expect(chunks).toEqual(await chunksOf([total]));
    expect(chunks.map(({ start }) => start)).toEqual(chunkStarts(total, length));
    for (const { start, count, visual, audio, mask } of chunks) {
      expect(count).toBe(Math.min(length, total - start));
      expect([...audio]).toEqual(Array.from({ length }, (_, i) => (i < count ? start + i : 0)));
      expect([...visual.subarray(0, 2)]).toEqual([start, start === 0 ? -0 : -start]);
      expect(mask.reduce((sum, value) => sum + value, 0)).toBe(count);
    }
  },
);

test('a network that is right about every chunk is right about the clip, whichever seam an event lies on', async () => {
  const rows = 61;
  const grid = gridOf(2);
  const events = [3.2, 7.9, 12, 16.4, 23, 30.8, 39, 47.5, 56].map((start, i) => ({
    ...{ start, end: start + 3.1, label: i % 2 },
  }));
  const answers = (await chunksOf([rows])).map((chunk) => {
    const moved = events.map((event) => ({ ...event, start: event.start - chunk.start, end: event.end - chunk.start }));
    const { classes, offsets } = pointTargets(moved, length, config, config.tasks.sounds!);
    const logits = classes.map((value) => (value === 1 ? 6 : -20));
    return chunkAnswer({ 'sounds.logits': logits, 'sounds.offsets': offsets }, chunk, config);
  });
  const { sounds } = clipEvents(answers, { length, grid, seconds: rows / 2 }, releasedSuppression(0.4));
  const sure = sounds!.filter(({ score }) => score > 0.9).sort((a, b) => a.start - b.start);
  expect(sure.map(({ label }) => label)).toEqual(events.map(({ label }) => label));
  for (const [i, { start, end }] of sure.entries()) {
    expect(start).toBeCloseTo(events[i]!.start / 2 + 0.25, 4);
    expect(end).toBeCloseTo(events[i]!.end / 2 + 0.25, 4);
  }
});
