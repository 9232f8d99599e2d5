// The trainable parameters of a MA-AVT model, which follow from its settings.
import { adaptationParameters } from '../../model/adaptation.ts';
import { linearParameters, type ParameterSpecification } from '../../model/parameters.ts';
import { headParameters } from './heads.ts';
import { positionRows } from './positions.ts';
import { type MaAvtConfig, tokenKinds } from './settings.ts';
import { stemParameters } from './stems.ts';

/** Of the space in which the contrastive loss compares. */
export const embeddingWidth = 512;

/** Every trainable parameter of a model by name, in a fixed order. */
export function trainableParameters(config: MaAvtConfig): ReadonlyMap<string, ParameterSpecification> {
  const { width, depth } = config.vit;
  const parameters = new Map<string, ParameterSpecification>();
  const linear = (name: string, outputs: number, inputs: number) => {
    for (const [key, specification] of linearParameters(name, outputs, inputs)) parameters.set(key, specification);
  };
  const cls = { kind: 'backbone', weight: 'cls_token' } as const;
  if (config.classToken === 'trained') parameters.set('cls_token', { shape: [1, width], initialisation: cls });
  const drawn = { kind: 'normal', deviation: config.tokenDeviation } as const;
  if (config.background)
    parameters.set('background_token', { shape: [1, width], initialisation: config.backgroundFromCls ? cls : drawn });
  for (const kind of tokenKinds) {
    if (config.tokens[kind] === 0) continue;
    parameters.set(`${kind}_tokens`, {
      shape: [config.tokens[kind], width],
      initialisation: drawn,
    });
    if (!config.lightSelfAttention) continue;
    linear(`${kind}_attention.qkv`, 3 * width, width);
    linear(`${kind}_attention.proj`, width, width);
  }
  for (const modality of ['audio', 'visual'] as const) {
    if (config.contrastive === 'blockwise-separate')
      for (let layer = 0; layer < depth; layer++) linear(`${modality}_projection.${layer}`, embeddingWidth, width);
    else if (config.contrastive !== 'none') linear(`${modality}_projection`, embeddingWidth, width);
  }
  const rows = 1 + (config.vit.inputSize[0] * config.vit.inputSize[1]) / config.vit.patchSize ** 2;
  const positions = {
    shape: [rows + (config.background ? 1 : 0), width],
    initialisation: { kind: 'backbone', weight: 'pos_embed', change: (table) => positionRows(table, config) },
  } as const satisfies ParameterSpecification;
  const others = [...adaptationParameters(config, positions), ...stemParameters(config), ...headParameters(config)];
  for (const [key, specification] of others) parameters.set(key, specification);
  return parameters;
}
