// A trained adapter from its folder, with the backbone it belongs to.
import { systemNamed, upgradeAdapter } from '../systems/registry.ts';
import type { System, SystemSettings } from '../systems/system.ts';
import { readAdapter } from '../weights/adapter-folder-node.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';
import { type Adapter, fitAdapter } from './adapter.ts';

/** What is different here from where the adapter was trained. */
export type OpenAdapterOptions = {
  /** Where the backbone lies now, if not where the adapter says. */
  readonly backbone?: string | undefined;
  /** Of the settings it was trained with, what prediction changes. */
  readonly changes?: Partial<SystemSettings> | undefined;
  /** The label of clips that show nothing, where the data that is asked about has such. */
  readonly background?: string | undefined;
  /** Stops a download of the backbone. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Opens an adapter folder and the backbone it belongs to.
 * @throws DuetError when either is missing, damaged or does not fit the other.
 */
export async function openAdapter(folder: string, options: OpenAdapterOptions = {}): Promise<Adapter> {
  const { changes, background, signal } = options;
  const files = await readAdapter(folder, upgradeAdapter);
  const { config } = files;
  const backbone = await openBackbone(options.backbone ?? config.base_model_name_or_path, {
    imageSize: config.image_size,
    ...(signal && { signal }),
  });
  const asked = background === undefined ? files : { ...files, config: { ...config, background } };
  return fitAdapter(asked, backbone, folder, changes);
}

/** The system that an adapter folder is of. @throws DuetError when the folder is no whole adapter. */
export async function systemOf(folder: string): Promise<System> {
  return systemNamed((await readAdapter(folder, upgradeAdapter)).config.system);
}
