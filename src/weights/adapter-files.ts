// A trained adapter as the two files of its folder: adapter_model.safetensors and adapter_config.json.

import { DuetError } from '../errors.ts';
import { readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import { checkSchema } from '../files/schema-error.ts';
import { fromFloat32, toFloat32 } from '../files/tensor-values.ts';
import { type AdapterConfig, adapterConfigSchema, parseAdapterConfig, type UpgradeConfig } from './adapter-config.ts';

export const adapterModelFile = 'adapter_model.safetensors';
export const adapterConfigFile = 'adapter_config.json';

export type AdapterTensor = { readonly shape: readonly number[]; readonly data: Float32Array };

/** An adapter’s tensors and its configuration, as the files of its folder hold them. */
export type AdapterFiles = {
  readonly config: AdapterConfig;
  /** float32, row-major, by their parameter names. */
  readonly tensors: ReadonlyMap<string, AdapterTensor>;
};

/** What goes into the two files; numbers that are not finite are refused. `name` is what messages call the adapter. */
export function encodeAdapter(
  { config, tensors }: AdapterFiles,
  name: string,
): { readonly config: string; readonly model: Uint8Array } {
  const checked = checkSchema(adapterConfigSchema, config, `The adapter for ${name}`);
  for (const [tensor, { data }] of tensors)
    refuseNonFinite(data, `The adapter for ${name}`, tensor, 'lower the learning rate and train again');
  const stored = new Map([...tensors].map(([tensor, { shape, data }]) => [tensor, fromFloat32(data, shape)]));
  return { config: `${JSON.stringify(checked, null, 2)}\n`, model: writeSafetensors(stored, { format: 'pt' }) };
}

/**
 * An adapter from the parsed config and the bytes of the model; a damaged one is a DuetError. Messages call the
 * adapter `name` and the model's file `modelName`.
 */
export async function decodeAdapter(
  config: unknown,
  model: Uint8Array,
  { name, modelName, upgrade }: { readonly name: string; readonly modelName: string; readonly upgrade: UpgradeConfig },
): Promise<AdapterFiles> {
  const parsed = await parseAdapterConfig(config, name, upgrade);
  const file = readSafetensors(model, modelName);
  const tensors = new Map<string, AdapterTensor>();
  for (const [tensorName, tensor] of file.tensors) {
    const data = toFloat32(tensor, `${modelName}: tensor '${tensorName}'`);
    refuseNonFinite(data, modelName, tensorName, 'get a fresh copy or train again');
    tensors.set(tensorName, { shape: tensor.shape, data });
  }
  return { config: parsed, tensors };
}

function refuseNonFinite(data: Float32Array, where: string, name: string, fix: string): void {
  if (data.every(Number.isFinite)) return;
  throw new DuetError(`${where}: tensor '${name}' holds numbers that are not finite (NaN or infinity); ${fix}.`);
}
