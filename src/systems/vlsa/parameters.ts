// VLSA's trainable parameters by name, as its reference runs call them.
import { blockParameters, smallLinearParameters } from '../../model/block-parameters.ts';
import { normParameters, type ParameterSpecification } from '../../model/parameters.ts';
import { modalities, patchedSides, patchGrid, type VlsaNetwork } from './network.ts';
import type { VlsaSettings } from './settings.ts';

export function vlsaParameters(network: VlsaNetwork, settings: VlsaSettings): Map<string, ParameterSpecification> {
  const { width, depth, video, text, decoder } = network;
  const small = { kind: 'normal', deviation: 0.02 } as const;
  const vector = (name: string, ...shape: number[]): [string, ParameterSpecification] => [
    name,
    { shape, initialisation: small },
  ];
  const blocks = (name: string, count: number, channels: number) =>
    Array.from({ length: count }, (_, layer) => blockParameters(`${name}.blocks.${layer}`, channels)).flat();
  const matched = settings.matching === 'product' ? width : 2 * width;
  return new Map([
    ...patchedSides.flatMap((side) => smallLinearParameters(`${side}_patch`, width, patchGrid(side, network).values)),
    vector('word_embedding.weight', text.vocabulary, text.wordWidth),
    ...smallLinearParameters('text_projection', width, text.wordWidth),
    vector('frame', video.frames, width),
    ...modalities.map((modality) => vector(`modality.${modality}`, width)),
    ...blocks('encoder', depth, width),
    ...normParameters('encoder.norm', width),
    ...smallLinearParameters('decoder.embed', decoder.width, width),
    ...patchedSides.map((side) => vector(`decoder.mask_token.${side}`, decoder.width)),
    vector('decoder.frame', video.frames, decoder.width),
    ...modalities.map((modality) => vector(`decoder.modality.${modality}`, decoder.width)),
    ...blocks('decoder', decoder.depth, decoder.width),
    ...normParameters('decoder.norm', decoder.width),
    ...patchedSides.flatMap((side) =>
      smallLinearParameters(`head.${side}`, patchGrid(side, network).values, decoder.width),
    ),
    ...smallLinearParameters('head.text', text.vocabulary, decoder.width),
    ...['video', 'text'].flatMap((modality) => smallLinearParameters(`match.${modality}`, 1, matched)),
    ...(settings.learnTemperature
      ? [
          [
            'logit_scale',
            { shape: [], initialisation: { kind: 'value', value: Math.log(1 / settings.temperature) } },
          ] satisfies [string, ParameterSpecification],
        ]
      : []),
  ]);
}
