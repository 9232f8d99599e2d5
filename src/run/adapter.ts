// A trained adapter of any system: what it was trained as, opened for prediction.
import { DuetError } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';
import { fittingTensors, shapedTensors } from '../infer/adapter-tensors.ts';
import type { ParameterValues } from '../model/parameters.ts';
import { systemNamed } from '../systems/registry.ts';
import type { Known, OpenSystem, System, SystemSettings } from '../systems/system.ts';
import { type AdapterConfig, adapterFormatVersion, checkAdapterBackbone } from '../weights/adapter-config.ts';
import type { AdapterFiles } from '../weights/adapter-files.ts';
import type { Backbone } from '../weights/backbone.ts';

/** A trained adapter in memory. */
export type Adapter = {
  readonly system: System;
  readonly open: OpenSystem;
  readonly settings: SystemSettings;
  readonly known: Known;
  /** The folded tensors by parameter name. */
  readonly tensors: ParameterValues;
};

/** What an adapter folder holds of a training's result. */
export function adapterFilesOf(
  folded: ParameterValues,
  { system, open, settings, known }: Omit<Adapter, 'tensors'>,
): AdapterFiles {
  const { labels, background, backbone, textEncoder } = known;
  const config: AdapterConfig = {
    format_version: adapterFormatVersion,
    system: system.name,
    base_model_name_or_path: backbone.source,
    base_model_hash: backbone.hash,
    image_size: [...backbone.config.inputSize],
    classes: [...labels],
    ...(background !== undefined && { background }),
    ...(textEncoder && { text_encoder: { source: textEncoder.source, hash: textEncoder.hash } }),
    settings: settings as unknown as AdapterConfig['settings'],
    decision: { ...open.decision } as AdapterConfig['decision'],
  };
  return { config, tensors: shapedTensors(open.folded.parameters, folded) };
}

/**
 * What the two files of an adapter say, ready for its backbone. `name` is what messages call the adapter.
 * @param changes of the settings that prediction may make, such as what to do about a missing modality.
 * @throws DuetError when they do not fit each other, and for a system that this Duet does not know.
 */
export async function fitAdapter(
  { config, tensors }: AdapterFiles,
  backbone: Backbone,
  name: string,
  changes: Partial<SystemSettings> = {},
): Promise<Adapter> {
  const system = await systemNamed(config.system);
  checkAdapterBackbone(config, backbone, name);
  const trained = checkSchema(system.settings, config.settings, `${name}'s adapter_config.json, settings`);
  const settings = { ...trained, ...changes };
  const { classes: labels, background, decision, text_encoder: textEncoder } = config;
  const known: Known = { labels, background, backbone, textEncoder, decision };
  const open = system.open(settings, known);
  return { system, open, settings, known, tensors: fittingTensors(open.folded.parameters, tensors, name) };
}

/** For what asks for one system. @throws DuetError for another system's adapter. */
export function checkSystem({ system }: Adapter, wanted: string, name: string): void {
  if (system.name === wanted) return;
  throw new DuetError(`${name} is an adapter of ${system.name}, and this needs one of ${wanted}; name another run.`);
}
