// A backbone by whatever the user calls it: a file, a folder, a model on the Hugging Face hub, or the built-in one.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuetError } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { type Backbone, type BackboneFile, type BackboneOptions, parseBackbone } from './backbone.ts';
import { readBackboneFile, readBackboneFolder } from './backbone-folder-node.ts';
import { backboneMemory } from './backbone-memory-node.ts';
import { withFloat32Weights } from './float32-weights-node.ts';
import type { HubOptions } from './hub-download-node.ts';
import { hubName } from './hub-name.ts';

/** ViT-Micro/16, which comes with the package. */
export const builtInBackbone = 'vit-micro';

/** Two levels up both from src/weights and from dist/weights. */
const builtInFolder = fileURLToPath(new URL('../../assets/vit_micro_patch16_224/', import.meta.url));

/**
 * `source` is a .safetensors file, a folder as Hugging Face lays it out, a hub name
 * ('timm/vit_base_patch16_224.augreg_in21k', also with a revision: 'owner/name@revision'), or 'vit-micro', the default.
 * A path that exists goes before a hub name. The backbone's `source` opens the same one again from any folder. Rejects
 * with a DuetError, or with the signal's reason.
 */
export async function openBackbone(
  source: string = builtInBackbone,
  options: BackboneOptions & HubOptions = {},
): Promise<Backbone> {
  const open = async (file: BackboneFile) => {
    const memory = await backboneMemory(file);
    const backbone = parseBackbone(memory ? { ...file, recall: memory.recall } : file, options);
    await memory?.remember(backbone.config.heads, backbone.hash);
    return withFloat32Weights(backbone);
  };
  if (source === builtInBackbone) return open({ ...(await readBackboneFolder(builtInFolder, source)), source });
  const kind = await kindOfPath(source);
  if (kind === 'folder') return open({ ...(await readBackboneFolder(source, source)), source: resolve(source) });
  if (kind === 'file') return open({ ...(await readBackboneFile(source, source)), source: resolve(source) });
  const hub = hubName(source);
  if (!hub || source.endsWith('.safetensors')) {
    throw new DuetError(
      `There is no backbone '${source}': it is no file or folder here, no hub name such as timm/vit_base_patch16_224.augreg_in21k, and not '${builtInBackbone}'.`,
    );
  }
  // Only a hub name needs the hub's library.
  const { fetchHubModel } = await import('./hub-download-node.ts');
  const folder = await fetchHubModel(hub, options);
  return open({ ...(await readBackboneFolder(folder, source)), source });
}
