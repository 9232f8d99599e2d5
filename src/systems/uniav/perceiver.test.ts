import { expect, test } from 'vitest';
import { fakeMedia } from '../../data/fake-media.test-data.ts';
import { rowWidths } from '../../model/row-encoder.ts';
import { nodeSessions } from '../../runtime/session-node.ts';
import { parseBackbone } from '../../weights/backbone.ts';
import { miniTimm } from '../../weights/mini-vit.test-data.ts';
import { openPerceiver } from './perceiver.ts';
import type { RowInputSettings } from './row-inputs.ts';

test('a clip’s rows are the same however it is read, and what it lacks is empty', async () => {
  const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
  const { visual, audio } = rowWidths(backbone.config);
  const settings: RowInputSettings = {
    ...{ imageSize: backbone.config.inputSize, mean: [0, 0, 0], std: [1, 1, 1] },
    ...{ frontEnd: 'vggsound', resizeFilter: 'bicubic', rate: 2 },
  };
  const perceiver = await openPerceiver(backbone, nodeSessions({ threads: 1 }));
  const media = fakeMedia(16_000, 3);
  const all = async (of: typeof media) => {
    for await (const stretch of perceiver.rows(of, settings)) return stretch;
    throw new Error('no rows');
  };
  const whole = await all(media);
  expect([whole.count, whole.visual.length, whole.audio.length]).toEqual([6, 6 * visual, 6 * audio]);
  expect(whole.visual.every(Number.isFinite) && whole.audio.every(Number.isFinite)).toBe(true);
  // The picture changes from row to row.
  expect(whole.visual.subarray(0, visual)).not.toEqual(whole.visual.subarray(visual, 2 * visual));
  const deaf = await all({ ...media, audio: undefined });
  expect(deaf.visual).toEqual(whole.visual);
  expect(deaf.audio).toHaveLength(0);
  await perceiver.release();
});
