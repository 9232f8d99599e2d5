// A trained adapter from the addresses of its files: what a page predicts with.
import { DuetError, messageOf } from '../errors.ts';
import { readSafetensors } from '../files/safetensors.ts';
import { upgradeAdapter } from '../systems/registry.ts';
import type { SystemSettings } from '../systems/system.ts';
import { adapterConfigFile, adapterModelFile, decodeAdapter } from '../weights/adapter-files.ts';
import { parseBackbone } from '../weights/backbone.ts';
import { type Adapter, fitAdapter } from './adapter.ts';

/** Where an adapter's backbone lies, and how the adapter predicts here. */
export type FetchAdapterOptions = {
  /** Address of the backbone's safetensors file, relative to the page. */
  readonly backbone: string;
  /** The parsed config.json beside it, for a backbone whose weights do not say all of its shape. */
  readonly backboneConfig?: unknown;
  /** Of the settings it was trained with, what prediction changes. */
  readonly changes?: Partial<SystemSettings> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the name of each file that has arrived, of three. */
  readonly onFile?: ((name: string) => void) | undefined;
};

/**
 * Fetches an adapter folder and its backbone.
 * @param folder its address, relative to the page.
 * @throws DuetError when a file is not there or damaged, or when they do not fit each other.
 */
export async function fetchAdapter(folder: string, options: FetchAdapterOptions): Promise<Adapter> {
  const { backbone, backboneConfig: config, changes, signal, onFile } = options;
  const take = async (address: string) => {
    const bytes = await fetchWhole(address, signal);
    onFile?.(address);
    return bytes;
  };
  const inFolder = (name: string) => `${folder.replace(/\/$/, '')}/${name}`;
  const [description, model, weights] = await Promise.all([
    take(inFolder(adapterConfigFile)),
    take(inFolder(adapterModelFile)),
    take(backbone),
  ]);
  const files = await decodeAdapter(parsedJson(description, inFolder(adapterConfigFile)), model, {
    name: folder,
    modelName: inFolder(adapterModelFile),
    upgrade: upgradeAdapter,
  });
  const file = { ...readSafetensors(weights, backbone), name: backbone, source: backbone, config };
  return fitAdapter(files, parseBackbone(file, { imageSize: files.config.image_size }), folder, changes);
}

function parsedJson(bytes: Uint8Array, address: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new DuetError(`${address} is not JSON (${messageOf(error)}); put the adapter's own file there.`);
  }
}

async function fetchWhole(address: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const answer = await fetch(address, signal ? { signal } : {}).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new DuetError(`${address} cannot be fetched (${messageOf(error)}); check the address.`);
  });
  if (!answer.ok) throw new DuetError(`${address} cannot be fetched (status ${answer.status}); check the address.`);
  return new Uint8Array(await answer.arrayBuffer());
}
