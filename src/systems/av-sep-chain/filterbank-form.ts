// The separator in the time domain: perception of the sound that the picture conditions (Lin et al. 2023, AV-SepFormer),
// and production of a residual by the picture that the perceived sound conditions (Mu and Yang 2024, AVSepChain; how it
// does so is Duet's own).
// Shapes: B clips, T samples, F frames, N channels, L encoder frames, S chunks of K frames.
import {
  add,
  concat,
  detach,
  expand,
  multiply,
  relu,
  reshape,
  sigmoid,
  slice,
  tanh,
  transpose,
} from '../../graph/functions.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { linearParameters, type ParameterSpecification } from '../../model/parameters.ts';
import { type Weights, within } from '../../model/vit.ts';
import { dualPathBlock, dualPathParameters, globalNormEpsilon } from './dual-path.ts';
import { codecParameters, decodeSound, encodeSound, segment, unsegment } from './filterbank.ts';
import { type FilterbankConfig, type Grid, gridOf } from './filterbank-config.ts';
import {
  globalNorm,
  globalNormParameters,
  matrixParameters,
  type Parameters,
  parametricRelu,
  parametricReluParameters,
  projection,
} from './layers.ts';
import { matchedUnits, matchingParameters } from './matching.ts';
import { planeSineTable } from './sine-tables.ts';
import { framesOfChunks, visualFront, visualFrontParameters } from './visual-front.ts';

/** The last four are there if there is a production stage. */
export type Separated = {
  /** On the encoder's frames, [B, N, L]. */
  readonly mask: Tensor;
  /** The speech as the first stage hears it, what the second adds, and the sum: [B, T] each. */
  readonly perception: Tensor;
  readonly residual?: Tensor;
  readonly production?: Tensor;
  /** Embeddings of sound and picture for the chunks that have a frame of their own, [B, n, M]. */
  readonly pseudoPhonemes?: Tensor;
  readonly pseudoVisemes?: Tensor;
};

/**
 * @param mixture [B, T].
 * @param visual frozen features of the frames, [B, F, visualWidth].
 */
export function separate(mixture: Tensor, visual: Tensor, weights: Weights, config: FilterbankConfig): Separated {
  const samples = mixture.shape[1]!;
  const grid = gridOf(config, { samples, frames: visual.shape[1]! });
  const codec = within(weights, 'codec');
  const encoded = encodeSound(mixture, codec, config);
  const mask = relu(perceive(encoded, visual, within(weights, 'perception'), config, grid));
  const perception = decodeSound(multiply(encoded, mask), codec, samples);
  const perceived = { mask: transpose(mask, [0, 2, 1]), perception };
  if (config.productionBlocks === 0) return perceived;
  const heard = config.detachPerception ? detach(perception) : perception;
  const ofHeard = encodeSound(heard, codec, config);
  const input = config.productionInput === 'perception' ? ofHeard : concat([ofHeard, encoded], 2);
  const residual = decodeSound(produce(input, visual, within(weights, 'production'), config, grid), codec, samples);
  const production = add(heard, residual);
  const units = matchedUnits(encodeSound(production, codec, config), visual, weights, grid);
  return { ...perceived, residual, production, ...units };
}

/** Encoded mixture [B, L, N] to a mask before its ReLU. */
function perceive(encoded: Tensor, visual: Tensor, weights: Weights, config: FilterbankConfig, grid: Grid): Tensor {
  let x = heardChunks(encoded, weights, grid);
  const table = planeSineTable(grid.chunks, config.chunk, config.channels, x.elementType);
  const middle = reshape(ofMiddleFrames(table), [1, grid.chunks, config.channels]);
  const condition = seenChunks(
    add(framesOfChunks(visualFront(visual, within(weights, 'visual'), config), grid), middle),
    x,
  );
  for (let index = 0; index < config.perceptionBlocks; index++)
    x = dualPathBlock(x, condition, within(weights, `blocks.${index}`), config, 'intra-inter');
  return head(x, within(weights, 'head'), grid);
}

/** What the encoder gives for the perceived speech [B, L, N or 2N] to what the decoder makes a residual of. */
function produce(encoded: Tensor, visual: Tensor, weights: Weights, config: FilterbankConfig, grid: Grid): Tensor {
  const heard = heardChunks(encoded, weights, grid);
  const condition = add(heard, planeSineTable(grid.chunks, config.chunk, config.channels, heard.elementType));
  let x = seenChunks(framesOfChunks(visualFront(visual, within(weights, 'visual'), config), grid), heard);
  for (let index = 0; index < config.productionBlocks; index++)
    x = dualPathBlock(x, condition, within(weights, `blocks.${index}`), config, config.productionOrder);
  return head(x, within(weights, 'head'), grid);
}

function heardChunks(encoded: Tensor, weights: Weights, grid: Grid): Tensor {
  const normalised = globalNorm(encoded, within(weights, 'norm'), globalNormEpsilon);
  return segment(projection(normalised, within(weights, 'bottleneck'), { bias: false }), grid);
}

/** A chunk's picture [B, S, N], the same for all frames of the chunk: in the shape of `like`, [B, S, K, N]. */
function seenChunks(picture: Tensor, like: Tensor): Tensor {
  const [clips, chunks, , channels] = like.shape as [number, number, number, number];
  return expand(reshape(picture, [clips, chunks, 1, channels]), like.shape);
}

/** [S, K, N] to [S, N], at K / 2. */
function ofMiddleFrames(table: Tensor): Tensor {
  const [chunks, chunk, channels] = table.shape as [number, number, number];
  return reshape(slice(table, 1, chunk / 2, chunk / 2 + 1), [chunks, channels]);
}

/** [B, S, K, N] to [B, L, N]. */
function head(x: Tensor, weights: Weights, grid: Grid): Tensor {
  const mixed = projection(parametricRelu(x, weights('prelu.slope')), within(weights, 'mix'));
  const joined = unsegment(mixed, grid);
  const value = tanh(projection(joined, within(weights, 'value')));
  const gated = multiply(value, sigmoid(projection(joined, within(weights, 'gate'))));
  return projection(gated, within(weights, 'out'), { bias: false });
}

/** Every parameter by name, in a fixed order. */
export function filterbankParameters(config: FilterbankConfig): ReadonlyMap<string, ParameterSpecification> {
  const stage = (name: string, blocks: number, heard: number): Parameters => [
    ...globalNormParameters(`${name}.norm`, heard),
    ...matrixParameters(`${name}.bottleneck`, config.channels, heard),
    ...visualFrontParameters(`${name}.visual`, config),
    ...Array.from({ length: blocks }, (_, index) => dualPathParameters(`${name}.blocks.${index}`, config)).flat(),
    ...headParameters(`${name}.head`, config),
  ];
  const parameters = new Map([
    ...codecParameters(config),
    ...stage('perception', config.perceptionBlocks, config.channels),
  ]);
  if (config.productionBlocks === 0) return parameters;
  const heard = config.productionInput === 'perception' ? config.channels : 2 * config.channels;
  const produced = [...stage('production', config.productionBlocks, heard), ...matchingParameters(config)];
  for (const [name, specification] of produced) parameters.set(name, specification);
  // From zero, so that training starts from the perceived speech.
  const out = parameters.get('production.head.out.weight')!;
  return parameters.set('production.head.out.weight', { ...out, initialisation: { kind: 'value', value: 0 } });
}

function headParameters(name: string, { channels }: FilterbankConfig): Parameters {
  return [
    ...parametricReluParameters(`${name}.prelu`),
    ...linearParameters(`${name}.mix`, channels, channels),
    ...linearParameters(`${name}.value`, channels, channels),
    ...linearParameters(`${name}.gate`, channels, channels),
    ...matrixParameters(`${name}.out`, channels, channels),
  ];
}
