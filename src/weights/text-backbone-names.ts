// What the files of text encoders call their tensors: Hugging Face's BertModel, CLIPModel and SiglipModel.
import type { TextConfig } from '../model/text-encoder.ts';

export type TextKind = TextConfig['kind'];

const bertNames = [
  ['token_embed', 'embeddings.word_embeddings'],
  ['pos_embed', 'embeddings.position_embeddings.weight'],
  ['embed_norm', 'embeddings.LayerNorm'],
  ['blocks.', 'encoder.layer.'],
  ['norm1', 'attention.output.LayerNorm'],
  ['norm2', 'output.LayerNorm'],
  ['attn.query', 'attention.self.query'],
  ['attn.key', 'attention.self.key'],
  ['attn.value', 'attention.self.value'],
  ['attn.proj', 'attention.output.dense'],
  ['mlp.fc1', 'intermediate.dense'],
  ['mlp.fc2', 'output.dense'],
] as const;

const towerNames = [
  ['token_embed', 'text_model.embeddings.token_embedding'],
  ['pos_embed', 'text_model.embeddings.position_embedding.weight'],
  ['blocks.', 'text_model.encoder.layers.'],
  ['norm1', 'layer_norm1'],
  ['norm2', 'layer_norm2'],
  ['attn.query', 'self_attn.q_proj'],
  ['attn.key', 'self_attn.k_proj'],
  ['attn.value', 'self_attn.v_proj'],
  ['attn.proj', 'self_attn.out_proj'],
] as const;

const names = {
  bert: bertNames,
  clip: [...towerNames, ['norm.', 'text_model.final_layer_norm.'], ['projection', 'text_projection']],
  siglip: [...towerNames, ['norm.', 'text_model.final_layer_norm.'], ['projection', 'text_model.head']],
} as const satisfies Record<TextKind, readonly (readonly [string, string])[]>;

/** The file's name of a tensor that Duet calls `name`; `prefix` is what the file puts before all names. */
export function nameInFile(name: string, kind: TextKind, prefix: string): string {
  return prefix + names[kind].reduce((inFile, [ours, theirs]) => inFile.replace(startOf(ours), theirs), name);
}

/** Ours as a whole word, so that `norm.` is not found within `embed_norm.`. */
function startOf(ours: string): RegExp {
  return new RegExp(`(?<![a-z_])${ours.replace('.', '\\.')}`);
}
