import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBoxes } from './boxes-node.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duet-boxes-'));
});
afterEach(() => rm(folder, { recursive: true }));

const box = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 };

test('boxes are found by clip id, whatever else the file says', async () => {
  const clip = { path: 'dog/1.mp4', box, distractor: { class: 'cat', box }, mood: 'good' };
  await writeFile(
    join(folder, 'annotations.json'),
    JSON.stringify({ version: 1, clips: [clip, { path: 'dog/2.mp4', box }] }),
  );
  const boxes = await readBoxes(folder);
  expect(boxes.get('dog/1.mp4')).toEqual({ box, distractor: { class: 'cat', box } });
  expect(boxes.get('dog/2.mp4')).toEqual({ box });
});

test('data without boxes, or with boxes beyond the picture, is reported', async () => {
  await expect(readBoxes(folder)).rejects.toThrow(/There is no .*annotations\.json; localisation needs one/);
  await writeFile(
    join(folder, 'annotations.json'),
    JSON.stringify({ clips: [{ path: 'dog/1.mp4', box: { ...box, x: 1.1 } }] }),
  );
  await expect(readBoxes(folder)).rejects.toThrow(/annotations\.json is not as expected: 'clips\.0\.box\.x'/);
});
