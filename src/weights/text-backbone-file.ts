// The files that a text encoder is read from.
import type { NamedTensor } from '../files/safetensors.ts';

/** The parsed files of an encoder, as the hub has them. */
export type TextBackboneFile = {
  /** What messages call it. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly config: unknown;
  readonly tokenizer: unknown;
  readonly tokenizerSettings?: unknown;
  /** sentence-transformers' modules.json, 1_Pooling/config.json and sentence_bert_config.json, if there are any. */
  readonly modules?: unknown;
  readonly pooling?: unknown;
  readonly sentences?: unknown;
  readonly source?: string;
};
