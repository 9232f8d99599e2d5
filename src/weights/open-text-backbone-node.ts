// A text encoder by whatever the user calls it: a folder, a model on the Hugging Face hub, or the built-in one.
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuetError } from '../errors.ts';
import { kindOfPath, readJsonClearly } from '../files/read-clearly-node.ts';
import { readBackboneFolder } from './backbone-folder-node.ts';
import type { HubOptions } from './hub-download-node.ts';
import { hubName } from './hub-name.ts';
import { parseTextBackbone, type TextBackbone } from './text-backbone.ts';

/** One vector a word piece, which comes with the package. */
export const builtInTextBackbone = 'word-pieces';

/** Two levels up both from src/weights and from dist/weights. */
const builtInFolder = fileURLToPath(new URL('../../assets/word_pieces_128/', import.meta.url));

const tokenizerFile = 'tokenizer.json';
const besideWeights = {
  config: 'config.json',
  tokenizer: tokenizerFile,
  tokenizerSettings: 'tokenizer_config.json',
  modules: 'modules.json',
  pooling: '1_Pooling/config.json',
  sentences: 'sentence_bert_config.json',
} as const;

/**
 * `source` is a folder as Hugging Face lays it out (model.safetensors, config.json, tokenizer.json, and what
 * sentence-transformers puts beside them), or a hub name ('sentence-transformers/all-MiniLM-L6-v2', also with a
 * revision: 'owner/name@revision'), or 'word-pieces', the default. A path that exists goes before a hub name. The
 * encoder's `source` opens the same one again from any folder.
 * Rejects with a DuetError, or with the signal's reason.
 */
export async function openTextBackbone(
  source: string = builtInTextBackbone,
  options: HubOptions = {},
): Promise<TextBackbone> {
  if (source === builtInTextBackbone) return readTextBackbone(builtInFolder, source, source);
  if ((await kindOfPath(source)) === 'folder') return readTextBackbone(source, source, resolve(source));
  const hub = hubName(source);
  if (!hub) {
    throw new DuetError(
      `There is no text encoder '${source}': it is no folder here, no hub name such as sentence-transformers/all-MiniLM-L6-v2, and not '${builtInTextBackbone}'.`,
    );
  }
  const { fetchHubModel } = await import('./hub-download-node.ts');
  const files = { beside: Object.values(besideWeights), required: [tokenizerFile] };
  return readTextBackbone(await fetchHubModel(hub, options, files), source, source);
}

async function readTextBackbone(folder: string, name: string, source: string): Promise<TextBackbone> {
  const { tensors } = await readBackboneFolder(folder, name);
  const beside = await Promise.all(
    Object.entries(besideWeights).map(async ([key, file]) => {
      const path = join(folder, file);
      return [key, (await kindOfPath(path)) === 'file' ? await readJsonClearly(path) : undefined] as const;
    }),
  );
  const { config, tokenizer, ...others } = Object.fromEntries(beside) as Record<keyof typeof besideWeights, unknown>;
  for (const [file, value] of Object.entries({ [besideWeights.config]: config, [tokenizerFile]: tokenizer }))
    if (value === undefined)
      throw new DuetError(`${name} has no ${file}, which a text encoder needs; get a fresh copy of the folder.`);
  return parseTextBackbone({ name, tensors, config, tokenizer, ...others, source });
}
