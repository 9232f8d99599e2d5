// A trained adapter from its folder, with the backbone it belongs to.

import { type Adapter, fitAdapter } from '../systems/ma-avt/adapter.ts';
import { readAdapter } from '../weights/adapter-folder-node.ts';
import type { Backbone } from '../weights/backbone.ts';
import { openBackbone } from '../weights/open-backbone-node.ts';

export type OpenedAdapter = { readonly adapter: Adapter; readonly backbone: Backbone };

/**
 * Opens an adapter folder and the backbone it belongs to.
 * @param backboneSource where the backbone lies now, if not where the adapter says.
 * @param signal stops a download of the backbone.
 * @throws DuetError when either is missing, damaged or does not fit the other.
 */
export async function openAdapter(
  folder: string,
  backboneSource?: string,
  signal?: AbortSignal,
): Promise<OpenedAdapter> {
  const files = await readAdapter(folder);
  const { config } = files;
  const options = { imageSize: config.image_size, ...(signal && { signal }) };
  const backbone = await openBackbone(backboneSource ?? config.base_model_name_or_path, options);
  return { backbone, adapter: fitAdapter(files, backbone, folder) };
}
