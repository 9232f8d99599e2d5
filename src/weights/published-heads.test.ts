import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openBackbone } from './open-backbone-node.ts';
import { publishedHeads } from './published-heads.ts';

test.each([
  ['vit_tiny_patch16_224', 192, 3],
  ['vit_small_patch32_384', 384, 6],
  ['deit_base_patch16_224', 768, 12],
  ['flexivit_large', 1024, 16],
  ['vit_huge_patch14_224', 1280, 16],
  ['vit_giant_patch14_224', 1408, 16],
  ['vit_gigantic_patch14_224', 1664, 16],
  ['test_vit', 64, 2],
  [undefined, 768, 12],
  [undefined, 1280, 16],
])('%s with %i channels has %i heads', (architecture, width, heads) => {
  expect(publishedHeads(architecture, width)).toBe(heads);
});

test.each([
  ['vit_base_patch16_224', 512],
  ['vit_of_my_own', 768],
  ['toString', 192],
  [undefined, 64],
  [undefined, 1408],
])('%s with %i channels is not known', (architecture, width) => {
  expect(publishedHeads(architecture, width)).toBeUndefined();
});

const testModel = '../shared/bugs/04-timm-heads';
test.skipIf(!existsSync(testModel))(
  'a model whose config names only its architecture has the heads of that',
  async () => {
    expect((await openBackbone(testModel)).config).toMatchObject({ width: 64, heads: 2 });
  },
);
