// What the tensors of a plain ViT are called in each of the files people have. timm's names are the canonical ones.

import type { NamedTensor } from '../files/safetensors.ts';
import type { VitWeightName } from '../model/vit-weights.ts';

export { type Geometry, vitWeightShapes as expectedShapes } from '../model/vit-weights.ts';

export type BackboneWeightName = VitWeightName | `head.${'weight' | 'bias'}`;

/** One way of naming a ViT's tensors. */
export type Naming = {
  readonly family: 'timm' | 'Hugging Face';
  /** The file's name for a canonical one, which may also be attn.q, attn.k or attn.v where `fusedQkv` is false. */
  readonly nameInFile: (canonical: string) => string;
  /** What the names of block N's tensors begin with, up to N. */
  readonly blockPrefix: string;
  readonly fusedQkv: boolean;
};

type ModuleNames = Readonly<Record<string, string>>;

const timm: Naming = { family: 'timm', nameInFile: (canonical) => canonical, blockPrefix: 'blocks.', fusedQkv: true };

const huggingFaceStem: ModuleNames = {
  cls_token: 'embeddings.cls_token',
  pos_embed: 'embeddings.position_embeddings',
  'patch_embed.proj': 'embeddings.patch_embeddings.projection',
  norm: 'layernorm',
};

/** Most files on the hub. */
const huggingFaceBlock: ModuleNames = {
  norm1: 'layernorm_before',
  norm2: 'layernorm_after',
  'attn.q': 'attention.attention.query',
  'attn.k': 'attention.attention.key',
  'attn.v': 'attention.attention.value',
  'attn.proj': 'attention.output.dense',
  'mlp.fc1': 'intermediate.dense',
  'mlp.fc2': 'output.dense',
};

/** Files saved by transformers 5. */
const newHuggingFaceBlock: ModuleNames = {
  norm1: 'layernorm_before',
  norm2: 'layernorm_after',
  'attn.q': 'attention.q_proj',
  'attn.k': 'attention.k_proj',
  'attn.v': 'attention.v_proj',
  'attn.proj': 'attention.o_proj',
  'mlp.fc1': 'mlp.fc1',
  'mlp.fc2': 'mlp.fc2',
};

function huggingFace(prefix: string, blocks: string, blockModules: ModuleNames): Naming {
  const blockPrefix = `${prefix}${blocks}.`;
  const nameInFile = (canonical: string): string => {
    const [, module = canonical, parameter = ''] = /^(.*?)(\.weight|\.bias)?$/.exec(canonical) ?? [];
    // The classifier sits beside the ViT, outside its prefix.
    if (module === 'head') return `classifier${parameter}`;
    const inBlock = /^blocks\.(\d+)\.(.*)$/.exec(module);
    if (inBlock) return `${blockPrefix}${inBlock[1]}.${blockModules[inBlock[2] as string]}${parameter}`;
    return `${prefix}${huggingFaceStem[module]}${parameter}`;
  };
  return { family: 'Hugging Face', nameInFile, blockPrefix, fusedQkv: false };
}

/** How a file names its tensors, or undefined where it holds no ViT that Duet knows. */
export function recogniseNaming(tensors: ReadonlyMap<string, NamedTensor>): Naming | undefined {
  const names = [...tensors.keys()];
  if (names.some((name) => name.startsWith('patch_embed.') || name.startsWith('blocks.0.'))) return timm;
  for (const prefix of ['', 'vit.']) {
    for (const blocks of ['encoder.layer', 'layers', 'encoder.layers']) {
      if (!names.some((name) => name.startsWith(`${prefix}${blocks}.0.`))) continue;
      if (!names.some((name) => name.startsWith(`${prefix}embeddings.`))) continue;
      return huggingFace(prefix, blocks, blocks === 'encoder.layer' ? huggingFaceBlock : newHuggingFaceBlock);
    }
  }
  return undefined;
}
