// What may be trained of a ViT itself: low-rank updates, bottlenecks, or all of it.
import { add, gelu, linear, matMul } from '../graph/functions.ts';
import type { Tensor } from '../graph/tensor.ts';
import { linearParameters, type ParameterSpecification } from './parameters.ts';
import { splitQkv, type VitConfig, type Weights, within } from './vit.ts';
import { vitWeightShapes } from './vit-weights.ts';

const zero = { kind: 'value', value: 0 } as const;
const projections = ['query', 'key', 'value', 'proj'] as const;

export type AdaptationOptions = {
  readonly vit: VitConfig;
  /** What is trained of the backbone's blocks. */
  readonly adaptation: 'none' | 'lora' | 'bottleneck' | 'full';
  /** Of LoRA's updates. */
  readonly rank: number;
  /** Of the bottlenecks. */
  readonly bottleneckWidth: number;
};

/**
 * The parameters of an adaptation, in a fixed order. All start as the backbone is.
 * @param positions the position table, where the whole backbone is trained.
 */
export function adaptationParameters(
  { vit, adaptation, rank, bottleneckWidth }: AdaptationOptions,
  positions: ParameterSpecification,
): [string, ParameterSpecification][] {
  const { width, depth, patchSize, inputSize } = vit;
  const blocks = [...Array(depth).keys()];
  if (adaptation === 'lora')
    return blocks.flatMap((layer) =>
      projections.flatMap((part): [string, ParameterSpecification][] => [
        [
          `lora.blocks.${layer}.attn.${part}.down`,
          { shape: [rank, width], initialisation: { kind: 'linear', fanIn: width } },
        ],
        [`lora.blocks.${layer}.attn.${part}.up`, { shape: [width, rank], initialisation: zero }],
      ]),
    );
  if (adaptation === 'bottleneck')
    return blocks.flatMap((layer): [string, ParameterSpecification][] => [
      ...linearParameters(`bottleneck.${layer}.down`, bottleneckWidth, width),
      [`bottleneck.${layer}.up.weight`, { shape: [width, bottleneckWidth], initialisation: zero }],
      [`bottleneck.${layer}.up.bias`, { shape: [width], initialisation: zero }],
    ]);
  if (adaptation === 'none') return [];
  const patches = (inputSize[0] * inputSize[1]) / patchSize ** 2;
  const shapes = vitWeightShapes({ ...vit, patches });
  // CLS is a parameter of its own, or stays.
  shapes.delete('cls_token');
  return [...shapes].map(([weight, shape]) => [
    `backbone.${weight}`,
    weight === 'pos_embed' ? positions : { shape, initialisation: { kind: 'backbone', weight } },
  ]);
}

/** Whether the first step cannot have a gradient for a parameter, as what follows it starts at zero. */
export function isBehindZero(name: string): boolean {
  return /^(lora|bottleneck)\..*\.down/.test(name);
}

/**
 * The weights that the blocks run with: with LoRA (Hu et al. 2022, section 4.1) W + up down, with full fine-tuning the
 * trained ones. Every portion of a batch is given the same tensors.
 */
export function adaptedWeights(frozen: Weights, trainable: Weights, { adaptation }: AdaptationOptions): Weights {
  if (adaptation === 'none' || adaptation === 'bottleneck') return frozen;
  const ofFrozen = adapted.get(frozen) ?? new WeakMap<Weights, Weights>();
  adapted.set(frozen, ofFrozen);
  const weights =
    ofFrozen.get(trainable) ??
    (adaptation === 'full' ? trainedWeights(frozen, trainable) : updatedWeights(frozen, trainable));
  ofFrozen.set(trainable, weights);
  return weights;
}

const adapted = new WeakMap<Weights, WeakMap<Weights, Weights>>();

function trainedWeights(frozen: Weights, trainable: Weights): Weights {
  const trained = splitQkv(within(trainable, 'backbone'));
  return (name) => (name === 'cls_token' ? frozen(name) : trained(name));
}

function updatedWeights(frozen: Weights, trainable: Weights): Weights {
  const made = new Map<string, Tensor>();
  return (name) => {
    const layer = /^blocks\.\d+\.attn\.(?:query|key|value|proj)(?=\.weight$)/.exec(name)?.[0];
    if (layer === undefined) return frozen(name);
    const known = made.get(name);
    if (known) return known;
    const update = within(trainable, `lora.${layer}`);
    const sum = add(frozen(name), matMul(update('up'), update('down')));
    made.set(name, sum);
    return sum;
  };
}

/**
 * What a block's output [N, T, C] becomes: with bottlenecks x + up(GELU(down(x))) (Houlsby et al. 2019, one per block
 * as in Pfeiffer et al. 2021).
 */
export function adaptedOutput(x: Tensor, layer: number, trainable: Weights, { adaptation }: AdaptationOptions): Tensor {
  if (adaptation !== 'bottleneck') return x;
  const weights = within(trainable, `bottleneck.${layer}`);
  const hidden = gelu(linear(x, weights('down.weight'), weights('down.bias')));
  return add(x, linear(hidden, weights('up.weight'), weights('up.bias')));
}
