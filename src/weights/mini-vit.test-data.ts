// A small ViT with repeatable weights in each naming, for this folder's tests. The names are spelled out here again:
// sharing the table under test would hide its mistakes.

import type { NamedTensor } from '../files/safetensors.ts';
import { fromFloat32 } from '../files/tensor-values.ts';
import { createRandom } from '../random.ts';

export type Tensors = Map<string, NamedTensor>;

const width = 8;
const mlpWidth = 20;
const depth = 2;

/** Width 8, two blocks, 4 x 4 patches of 2 x 2 pixels, in timm's names. */
export function miniTimm({ classes = 0 } = {}): Tensors {
  const random = createRandom('mini-vit');
  const tensors: Tensors = new Map();
  const add = (name: string, ...shape: number[]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    tensors.set(
      name,
      fromFloat32(
        Float32Array.from({ length }, () => random.normal()),
        shape,
      ),
    );
  };
  add('cls_token', 1, 1, width);
  add('pos_embed', 1, 17, width);
  add('patch_embed.proj.weight', width, 3, 2, 2);
  add('patch_embed.proj.bias', width);
  for (let block = 0; block < depth; block++) {
    for (const norm of ['norm1', 'norm2'])
      for (const part of ['weight', 'bias']) add(`blocks.${block}.${norm}.${part}`, width);
    add(`blocks.${block}.attn.qkv.weight`, 3 * width, width);
    add(`blocks.${block}.attn.qkv.bias`, 3 * width);
    add(`blocks.${block}.attn.proj.weight`, width, width);
    add(`blocks.${block}.attn.proj.bias`, width);
    add(`blocks.${block}.mlp.fc1.weight`, mlpWidth, width);
    add(`blocks.${block}.mlp.fc1.bias`, mlpWidth);
    add(`blocks.${block}.mlp.fc2.weight`, width, mlpWidth);
    add(`blocks.${block}.mlp.fc2.bias`, width);
  }
  add('norm.weight', width);
  add('norm.bias', width);
  if (classes > 0) {
    add('head.weight', classes, width);
    add('head.bias', classes);
  }
  return tensors;
}

const oldNames = [
  ['blocks.', 'encoder.layer.'],
  ['attn.q.', 'attention.attention.query.'],
  ['attn.k.', 'attention.attention.key.'],
  ['attn.v.', 'attention.attention.value.'],
  ['attn.proj', 'attention.output.dense'],
  ['mlp.fc1', 'intermediate.dense'],
  ['mlp.fc2', 'output.dense'],
] as const;
const newNames = [
  ['blocks.', 'layers.'],
  ['attn.q.', 'attention.q_proj.'],
  ['attn.k.', 'attention.k_proj.'],
  ['attn.v.', 'attention.v_proj.'],
  ['attn.proj', 'attention.o_proj'],
] as const;
const sharedNames = [
  ['patch_embed.proj', 'embeddings.patch_embeddings.projection'],
  ['cls_token', 'embeddings.cls_token'],
  ['pos_embed', 'embeddings.position_embeddings'],
  ['norm1', 'layernorm_before'],
  ['norm2', 'layernorm_after'],
  ['norm.', 'layernorm.'],
] as const;

/** The same weights as Hugging Face's ViTModel names them, query, key and value apart. */
export function asHuggingFace(tensors: Tensors, naming: 'old' | 'new', prefix: '' | 'vit.' = ''): Tensors {
  const renamed: Tensors = new Map();
  const put = (name: string, tensor: NamedTensor) => {
    if (name.startsWith('head.')) return renamed.set(name.replace('head.', 'classifier.'), tensor);
    const pairs = [...(naming === 'old' ? oldNames : newNames), ...sharedNames];
    return renamed.set(prefix + pairs.reduce((text, [from, to]) => text.replace(from, to), name), tensor);
  };
  for (const [name, tensor] of tensors) {
    if (!name.includes('attn.qkv')) {
      put(name, tensor);
      continue;
    }
    const length = tensor.bytes.length / 3;
    const shape = [tensor.shape[0]! / 3, ...tensor.shape.slice(1)];
    for (const [index, part] of ['q', 'k', 'v'].entries()) {
      put(name.replace('qkv', part), {
        dtype: tensor.dtype,
        shape,
        bytes: tensor.bytes.slice(index * length, (index + 1) * length),
      });
    }
  }
  return renamed;
}
