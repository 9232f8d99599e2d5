import { expect, test } from 'vitest';
import { fakeMedia } from '../../../data/fake-media.test-data.ts';
import { readStreams } from './read-streams.ts';
import { bands, frameCount, frameSize } from './reading.ts';

const media = fakeMedia(16_000, 3);

test('25 frames and 50 steps of sound are kept of each second, of the same times', async () => {
  const { asItIs: streams } = await readStreams(media, { recode: false });
  expect([frameCount(streams), streams.energies.length]).toEqual([75, 150 * bands]);
  // The picture shows its time, in tenths of a second.
  const shown = Array.from({ length: 75 }, (_, frame) => streams.frames[frame * frameSize ** 2]!);
  expect(shown).toEqual(shown.map((_, frame) => Math.floor((frame + 0.5) * 0.4)));
});

test('a part of a clip is that part of the whole', async () => {
  const { asItIs: whole } = await readStreams(media, { recode: false });
  const { asItIs: part } = await readStreams(media, { start: 1, end: 2, recode: false });
  expect([...part.frames]).toEqual([...whole.frames.subarray(25 * frameSize ** 2, 50 * frameSize ** 2)]);
  // Two steps at either end hear beyond the part.
  const inner = part.energies.subarray(2 * bands, 48 * bands);
  expect([...inner]).toEqual([...whole.energies.subarray(52 * bands, 98 * bands)]);
});

test('the strong encoding gives back the same moments, with less in them', async () => {
  const { asItIs, recoded } = await readStreams(media);
  expect(frameCount(recoded!)).toBe(frameCount(asItIs));
  const meanError = (of: Uint8Array) =>
    of.reduce((sum, value, i) => sum + Math.abs(value - asItIs.frames[i]!), 0) / of.length;
  expect(meanError(recoded!.frames)).toBeGreaterThan(0);
  expect(meanError(recoded!.frames)).toBeLessThan(2);
  expect(recoded!.energies).toHaveLength(asItIs.energies.length);
});

test('a clip without sound, and one too short for a change, are refused in a sentence', async () => {
  await expect(readStreams({ ...media, audio: undefined })).rejects.toThrow(
    'The clip has no sound, and only both can be compared; give a video with both.',
  );
  await expect(readStreams(media, { end: 0.05 })).rejects.toThrow(/shorter than two frames/);
});
