import { expect, test } from 'vitest';
import { constant, elementCount } from '../graph/tensor.ts';
import { parameterInputs, weightsFrom } from '../model/parameters.ts';
import { clipMemory } from '../model/passage.ts';
import { vitWeightShapes } from '../model/vit-weights.ts';
import { maAvt } from '../systems/ma-avt/model.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { clipsThatFit } from './clips-that-fit.ts';

/** Bytes of a clip's activations on a ViT of patches of 16 pixels and 12 blocks. */
function activations(width: number, heads: number): number {
  const vit = { patchSize: 16, depth: 12, layerNormEpsilon: 1e-6, inputSize: [224, 224], width, heads } as const;
  const model = maAvt({ ...recipes.reference.model, vit: { ...vit, mlpWidth: 4 * width }, classes: 10 });
  const shapes: ReadonlyMap<string, readonly number[]> = vitWeightShapes({ ...vit, mlpWidth: 4 * width, patches: 196 });
  const frozen = (name: string) => {
    const fused = name.replace(/\.(query|key|value)\./, '.qkv.');
    const shape = shapes.get(fused)!;
    const own = fused === name ? shape : shape.with(0, shape[0]! / 3);
    return constant(new Float32Array(elementCount(own)), own);
  };
  return clipMemory(model, frozen, weightsFrom(parameterInputs(model.parameters))).all;
}

test('a clip takes about 64 MB on ViT-Tiny, as measured', () => {
  const fitting = clipsThatFit(activations(192, 3), 2 * 64e6 * 100);
  expect(fitting).toBeGreaterThan(85);
  expect(fitting).toBeLessThan(115);
});

test('a batch of 256 on ViT-B does not fit 8 GB at once, and a part of it does', () => {
  const fitting = clipsThatFit(activations(768, 12), 8e9);
  expect(fitting).toBeGreaterThanOrEqual(8);
  expect(fitting).toBeLessThan(32);
});

test('one clip always fits', () => {
  expect(clipsThatFit(activations(192, 3), 1e6)).toBe(1);
});
