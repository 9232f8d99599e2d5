// The weights of a plain ViT by timm's names, with their shapes.

type BlockTensor =
  | `norm${1 | 2}.${'weight' | 'bias'}`
  | `attn.${'qkv' | 'proj'}.${'weight' | 'bias'}`
  | `mlp.fc${1 | 2}.${'weight' | 'bias'}`;

export type VitWeightName =
  | 'cls_token'
  | 'pos_embed'
  | `patch_embed.proj.${'weight' | 'bias'}`
  | `blocks.${number}.${BlockTensor}`
  | `norm.${'weight' | 'bias'}`;

export type Geometry = {
  readonly width: number;
  readonly depth: number;
  readonly mlpWidth: number;
  readonly patchSize: number;
  /** Patches in the position table. */
  readonly patches: number;
};

/** Every tensor a ViT must have, with its shape; a classifier, which is optional, apart. */
export function vitWeightShapes({
  width,
  depth,
  mlpWidth,
  patchSize,
  patches,
}: Geometry): Map<VitWeightName, readonly number[]> {
  const shapes = new Map<VitWeightName, readonly number[]>([
    ['cls_token', [1, 1, width]],
    ['pos_embed', [1, 1 + patches, width]],
    ['patch_embed.proj.weight', [width, 3, patchSize, patchSize]],
    ['patch_embed.proj.bias', [width]],
  ]);
  for (let block = 0; block < depth; block++) {
    const add = (name: BlockTensor, shape: readonly number[]) => shapes.set(`blocks.${block}.${name}`, shape);
    add('norm1.weight', [width]);
    add('norm1.bias', [width]);
    add('attn.qkv.weight', [3 * width, width]);
    add('attn.qkv.bias', [3 * width]);
    add('attn.proj.weight', [width, width]);
    add('attn.proj.bias', [width]);
    add('norm2.weight', [width]);
    add('norm2.bias', [width]);
    add('mlp.fc1.weight', [mlpWidth, width]);
    add('mlp.fc1.bias', [mlpWidth]);
    add('mlp.fc2.weight', [width, mlpWidth]);
    add('mlp.fc2.bias', [width]);
  }
  return shapes.set('norm.weight', [width]).set('norm.bias', [width]);
}
