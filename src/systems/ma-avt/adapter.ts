// A trained MA-AVT adapter in memory: the folded tensors and what a predictor must know to use them.
import type { InputSettings } from '../../data/settings.ts';
import { DuetError } from '../../errors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { fittingTensors, shapedTensors } from '../../infer/adapter-tensors.ts';
import { type InputChoices, inputSettings } from '../../infer/input-choices.ts';
import type { Model } from '../../model/model.ts';
import { type ParameterCounts, type ParameterValues, parameterCounts } from '../../model/parameters.ts';
import { type FrontEndName, frequencyAxis, frontEnds } from '../../signal/front-ends.ts';
import { type AdapterConfig, adapterFormatVersion, checkAdapterBackbone } from '../../weights/adapter-config.ts';
import type { Adapter as AdapterFiles } from '../../weights/adapter-files.ts';
import type { Backbone } from '../../weights/backbone.ts';
import { maAvt } from './model.ts';
import { trainableParameters } from './parameters.ts';
import { foldedConfig, type MaAvtConfig, type ModelOptions, modelOptionsSchema } from './settings.ts';

export type Adapter = {
  readonly classes: readonly string[];
  /** Of the folded model. */
  readonly config: MaAvtConfig;
  readonly model: Model;
  /** The folded tensors by parameter name. */
  readonly tensors: ParameterValues;
  readonly inputs: InputSettings;
  readonly parameters: ParameterCounts;
  /** A clip is background where its background probability is above this. */
  readonly backgroundThreshold: number;
};

/** The two files of an adapter folder. */
export function adapterFiles(
  folded: ReadonlyMap<string, Float32Array>,
  options: ModelOptions,
  about: InputChoices & { readonly backbone: Backbone; readonly classes: readonly string[]; readonly recipe: string },
): AdapterFiles {
  const { backbone, classes, recipe, frontEnd, normalisation } = about;
  const { tokens, positions, layerwise, ...model } = options;
  const specifications = trainableParameters(
    foldedConfig({ ...options, vit: backbone.config, classes: classes.length }),
  );
  const config: AdapterConfig = {
    peft_type: 'MA_AVT',
    format_version: adapterFormatVersion,
    base_model_name_or_path: backbone.source,
    base_model_hash: backbone.hash,
    classes: [...classes],
    recipe,
    front_end: frontEnd,
    normalisation,
    image_size: [...backbone.config.inputSize],
    tokens,
    positions,
    layerwise,
    decision: { background_threshold: 0.5 },
    model,
  };
  return {
    config,
    tensors: shapedTensors(specifications, folded),
  };
}

/**
 * What the two files of an adapter say, ready for its backbone. `name` is what messages call the adapter.
 * @throws DuetError when they do not fit each other.
 */
export function fitAdapter({ config, tensors }: AdapterFiles, backbone: Backbone, name: string): Adapter {
  checkAdapterBackbone(config, backbone, name);
  const { tokens, positions, layerwise } = config;
  const options = checkSchema(
    modelOptionsSchema,
    { ...config.model, tokens, positions, layerwise },
    `${name}'s adapter_config.json`,
  );
  const frontEnd = frontEndName(config.front_end, name);
  const trained = {
    ...options,
    vit: backbone.config,
    classes: config.classes.length,
    frequencyAxis: frequencyAxis(frontEnd),
  };
  const folded = foldedConfig(trained);
  const model = maAvt(folded);
  return {
    classes: config.classes,
    config: folded,
    model,
    tensors: fittingTensors(model.parameters, tensors, name),
    parameters: parameterCounts(trainableParameters(trained), model.parameters, backbone.config),
    inputs: inputSettings(backbone.config, { frontEnd, normalisation: config.normalisation }),
    backgroundThreshold: config.decision.background_threshold,
  };
}

function frontEndName(name: string, adapter: string): FrontEndName {
  if (name in frontEnds) return name as FrontEndName;
  throw new DuetError(
    `${adapter} asks for the sound front end '${name}', which this Duet does not have (${Object.keys(frontEnds).join(', ')}).`,
  );
}
