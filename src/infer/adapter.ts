// A trained adapter in memory: the folded tensors and what a predictor must know to use them.
import type { InputSettings } from '../data/settings.ts';
import { DuetError } from '../errors.ts';
import { checkSchema } from '../files/schema-error.ts';
import { type FrontEndName, frequencyAxis, frontEnds } from '../signal/front-ends.ts';
import {
  type MaAvtConfig,
  type ModelOptions,
  modelOptionsSchema,
  trainableParameters,
} from '../systems/ma-avt/settings.ts';
import { type AdapterConfig, adapterFormatVersion, checkAdapterBackbone } from '../weights/adapter-config.ts';
import type { Adapter as AdapterFiles } from '../weights/adapter-files.ts';
import type { Backbone, BackboneConfig } from '../weights/backbone.ts';
import { type ParameterCounts, parameterCounts } from './parameter-counts.ts';
import { foldedConfig } from './predictor.ts';

export type Adapter = {
  readonly classes: readonly string[];
  readonly model: MaAvtConfig;
  /** The folded tensors by parameter name. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly inputs: InputSettings;
  readonly parameters: ParameterCounts;
  /** A clip is background where its background probability is above this. */
  readonly backgroundThreshold: number;
};

/** Whose mean and deviation bring pictures to the model's range: those the backbone was trained with, or ImageNet's. */
export type Normalisation = AdapterConfig['normalisation'];

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

export type InputChoices = { readonly frontEnd: FrontEndName; readonly normalisation: Normalisation };

/** How clips become inputs for a model on this backbone. */
export function inputSettings(backbone: BackboneConfig, { frontEnd, normalisation }: InputChoices): InputSettings {
  const { mean, std } = normalisation === 'imagenet' ? imagenet : backbone;
  return {
    imageSize: backbone.inputSize,
    mean,
    std,
    frontEnd,
    spectrogramSize: backbone.inputSize,
    resizeFilter: 'bicubic',
  };
}

/** Whether pictures come to the backbone in another range than it was trained on. */
export function hasForeignRange(backbone: BackboneConfig, choices: InputChoices): boolean {
  const { mean, std } = inputSettings(backbone, choices);
  return String([...mean, ...std]) !== String([...backbone.mean, ...backbone.std]);
}

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
    tensors: new Map([...specifications].map(([name, { shape }]) => [name, { shape, data: folded.get(name)! }])),
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
  const model = foldedConfig(trained);
  const values = new Map<string, Float32Array>();
  for (const [parameter, { shape }] of trainableParameters(model)) {
    const tensor = tensors.get(parameter);
    if (tensor?.shape.join() !== shape.join())
      throw new DuetError(
        `${name}: the tensor '${parameter}' should have shape [${shape.join(', ')}] and ${tensor ? `has [${tensor.shape.join(', ')}]` : 'is missing'}; get a fresh copy of the adapter.`,
      );
    values.set(parameter, tensor.data);
  }
  return {
    classes: config.classes,
    model,
    tensors: values,
    parameters: parameterCounts(trained),
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
