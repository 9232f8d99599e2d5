// AVFF's trainable parameters by name, in the groups that its two stages share or add.
import { blockParameters, smallLinearParameters } from '../../model/block-parameters.ts';
import { linearParameters, normParameters, type ParameterSpecification } from '../../model/parameters.ts';
import { type AvffNetwork, type Side, sides, tokenSizes } from './network.ts';

export type NamedParameters = readonly (readonly [string, ParameterSpecification])[];

export type DecoderSize = { readonly width: number; readonly depth: number; readonly heads: number };

/** Both encoders, A2V and V2A: what stage 1 hands to stage 2. */
export function sharedParameters(network: AvffNetwork): NamedParameters {
  return [...sides.flatMap((side) => encoderParameters(side, network)), ...crossingParameters(network)];
}

function encoderParameters(side: Side, network: AvffNetwork): NamedParameters {
  const { width, depth, video, audio } = network;
  const name = `${side}_encoder`;
  const small = { kind: 'normal', deviation: 0.02 } as const;
  const kernel = side === 'video' ? [width, 3, ...video.patch] : [width, 1, ...audio.patch];
  return [
    ...(side === 'audio' && audio.classToken
      ? ([[`${name}.cls_token`, { shape: [1, 1, width], initialisation: small }]] as const)
      : []),
    ...(side === 'audio' && audio.positions === 'given'
      ? ([
          [
            `${name}.pos_embed`,
            {
              shape: [tokenSizes(network).audio.tokens, width],
              initialisation: { kind: 'backbone', weight: `${name}.pos_embed` },
            },
          ],
        ] as const)
      : []),
    [`${name}.patch_embed.proj.weight`, { shape: kernel, initialisation: small }],
    [`${name}.patch_embed.proj.bias`, { shape: [width], initialisation: { kind: 'value', value: 0 } }],
    ...Array.from({ length: depth }, (_, layer) => blockParameters(`${name}.blocks.${layer}`, width)).flat(),
    ...normParameters(`${name}.norm`, width),
  ];
}

function crossingParameters(network: AvffNetwork): NamedParameters {
  const { video, audio } = tokenSizes(network);
  const crossing = (name: string, from: number, to: number) => [
    ...linearParameters(`${name}.lift`, to, from),
    ...blockParameters(`${name}.block`, network.width),
  ];
  return [...crossing('a2v', audio.perSlice, video.perSlice), ...crossing('v2a', video.perSlice, audio.perSlice)];
}

/** A decoder's; that of the picture has no bias where it embeds, as MARLIN's. */
export function decoderParameters(side: Side, network: AvffNetwork, { width, depth }: DecoderSize): NamedParameters {
  const name = `${side}_decoder`;
  const embed = smallLinearParameters(`${name}.embed`, width, network.width);
  return [
    ...(side === 'video' ? embed.slice(0, 1) : embed),
    ...Array.from({ length: depth }, (_, layer) => blockParameters(`${name}.blocks.${layer}`, width)).flat(),
    ...normParameters(`${name}.norm`, width),
    ...smallLinearParameters(`${name}.head`, tokenSizes(network)[side].values, width),
  ];
}

/** A critic's, on single patches; it has an aim of its own. @param rate factor on the learning rate. */
export function criticParameters(side: Side, network: AvffNetwork, rate: number): NamedParameters {
  const { values } = tokenSizes(network)[side];
  const hidden = Math.max(1, Math.floor(values / 8));
  const layers = [
    ...linearParameters(`${side}_critic.fc1`, hidden, values),
    ...linearParameters(`${side}_critic.fc2`, 1, hidden),
  ];
  return layers.map(([name, layer]) => [name, { ...layer, aim: 'critic', rate }]);
}
