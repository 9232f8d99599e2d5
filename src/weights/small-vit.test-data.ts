// A ViT with drawn weights whose numbers neither grow nor vanish from block to block: for training on GPUs that are
// imitated in software, where the built-in backbone takes minutes.

import { fromFloat32 } from '../files/tensor-values.ts';
import { elementCount } from '../graph/tensor.ts';
import { vitWeightShapes } from '../model/vit-weights.ts';
import { createRandom } from '../random.ts';
import type { BackboneFile } from './backbone.ts';

/** Width 64, patches of 16 x 16 pixels, in timm's names. @param patches of its pictures, a square number. */
export function smallVit({ depth, patches }: { readonly depth: number; readonly patches: number }) {
  const shapes = vitWeightShapes({ width: 64, depth, mlpWidth: 128, patchSize: 16, patches });
  const tensors = [...shapes].map(([name, shape]) => {
    const { normal } = createRandom('small ViT', name);
    const centre = /norm\d?\.weight$/.test(name) ? 1 : 0;
    const values = Float32Array.from({ length: elementCount(shape) }, () => centre + 0.2 * normal());
    return [name, fromFloat32(values, shape)] as const;
  });
  return {
    name: 'a small ViT',
    tensors: new Map(tensors),
    config: { num_attention_heads: 2 },
  } satisfies BackboneFile;
}
