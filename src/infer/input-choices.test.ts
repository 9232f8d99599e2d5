import { expect, test } from 'vitest';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { hasOtherRange } from './input-choices.ts';

test('ImageNet’s mean and deviation do not fit a backbone that was trained on -1 to 1, and its own are not', async () => {
  const { config } = await openBackbone();
  expect(hasOtherRange(config, { frontEnd: 'vggsound', normalisation: 'imagenet' })).toBe(true);
  expect(hasOtherRange(config, { frontEnd: 'vggsound', normalisation: 'backbone' })).toBe(false);
  const ofImageNet = { ...config, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
  expect(hasOtherRange(ofImageNet, { frontEnd: 'vggsound', normalisation: 'imagenet' })).toBe(false);
});
