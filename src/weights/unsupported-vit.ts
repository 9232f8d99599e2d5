// Relatives of the plain ViT that would be misread as one: each is recognised by a tensor's name and refused with its
// reason.

const relatives: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^patch_embed\.backbone\.|embeddings\.patch_embeddings\.backbone\./, 'it is a hybrid with a convolutional stem'],
  [
    /(^|\.)(dist_token|distillation_token)$|^head_dist\.|distillation_classifier\./,
    'it is a distilled DeiT with a second class token',
  ],
  [/(^|\.)(reg_token|register_tokens)$/, 'it has register tokens'],
  [/\.(ls[12]\.gamma|gamma_[12])$|layer_scale|\.lambda1$/, 'its blocks have LayerScale'],
  [/\.mlp\.(w1|w2|w3|w12|fc1_g|fc1_x|weights_in|gate_proj)\./, 'its blocks are gated (SwiGLU)'],
  [/\.attn\.(q_norm|k_norm|norm|scale_norm)\./, 'its attention normalises queries and keys'],
  [/relative_position|rel_pos/, 'it has relative position embeddings'],
  [/\.(rope|rotary)|^rope/, 'it has rotary position embeddings'],
  [/^attn_pool\.|^head\.probe|\.attn_pool\./, 'it pools by attention'],
  [/^fc_norm\./, 'it averages the patches and has no norm for the class token'],
  [/^norm_pre\.|pre_layrnorm|^patch_embed\.norm\./, 'it normalises before the first block (as CLIP does)'],
  [/\.parallel|\.attns\.|\.ffns\./, 'its blocks run in parallel'],
  [/^decoder|\.decoder\./, 'it has a decoder'],
  [/^(vision_model|text_model)\.|^(visual|text)\./, 'it is a picture-and-text model'],
  [/^layers\.0\.(blocks|downsample)\.|^swin\./, 'it is a Swin transformer'],
];

/** Why a file with these tensors is not a plain ViT, if a name shows it. */
export function whyNotPlain(names: Iterable<string>): { readonly reason: string; readonly tensor: string } | undefined {
  for (const tensor of names) {
    for (const [pattern, reason] of relatives) if (pattern.test(tensor)) return { reason, tensor };
  }
  return undefined;
}

/** Tensors that plain ViT files may hold and that the class token's features do not depend on. */
export function isWithoutEffect(name: string): boolean {
  return /^((vit\.)?pooler\.|(vit\.)?embeddings\.(mask_token|position_ids)$|mask_token$|pre_logits\.)/.test(name);
}
