// Where in picture and sound the model finds what sounds (step 10 of docs/model.md): the gradient of what the sound is
// taken for, times what it is the gradient of, patch by patch. After Grad-CAM (Selvaraju et al. 2017), without its mean
// of the gradient over places (HiResCAM, Draelos and Carin 2020), summed over the second half of the blocks.
// Shapes: B clips, P patches, C channels, K classes.
import { pullBack } from '../../graph/differentiate.ts';
import {
  add,
  divide,
  l2Normalise,
  matMul,
  mean,
  multiply,
  relu,
  softmax,
  sqrt,
  subtract,
  sum,
} from '../../graph/functions.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import type { Trace } from './encoder.ts';
import type { HeadOutputs } from './heads.ts';
import { type Modality, modalitiesOf, type PresentModalities } from './modalities.ts';
import type { MaAvtConfig } from './settings.ts';

// Of a side: what lies between two patches that speak for a class most often belongs to the same thing.
const spread = 1 / 7;

/**
 * How much each patch speaks for what is heard, [B, P] each, not negative; each row sums to one, or is zero where no
 * patch does.
 */
export function evidenceMaps(
  { classLogits, ownLogits }: HeadOutputs,
  trace: Trace,
  config: MaAvtConfig,
): PresentModalities {
  const { vit, classes } = config;
  // The sound says what to look for, where it has a voice of its own.
  const weights = subtract(softmax(ownLogits?.audio ?? classLogits), 1 / classes);
  const entering = trace.sequences.slice(Math.floor(vit.depth / 2));
  const gradients = pullBack([[classLogits, weights]], entering.flat());
  const perBlock = entering.map((sequences, block) => {
    const gradient = trace.patches(gradients.slice(block * sequences.length, (block + 1) * sequences.length));
    const activation = trace.patches(sequences);
    return modalitiesOf(config).map((modality) => productOf(activation[modality]!, gradient[modality]!));
  });
  const blur = blurMatrix(vit.inputSize[0] / vit.patchSize, vit.inputSize[1] / vit.patchSize);
  const taken = modalitiesOf(config);
  const mapOf = (modality: Modality) => {
    if (!taken.includes(modality)) return undefined;
    const all = perBlock.map((maps) => maps[taken.indexOf(modality)]!).reduce(add);
    // The square root evens out single strong patches.
    return shareOf(matMul(sqrt(relu(all)), blur));
  };
  return { visual: mapOf('visual'), audio: mapOf('audio') };
}

/**
 * Sum over channels of gradient times activation, [B, P], at unit length; what all patches have in common says nothing
 * of a place.
 */
function productOf(activation: Tensor, gradient: Tensor): Tensor {
  const own = subtract(activation, mean(activation, [1], true));
  return l2Normalise(sum(multiply(own, gradient), [2]));
}

function shareOf(map: Tensor): Tensor {
  return divide(map, add(sum(map, [1], true), 1e-12));
}

/** [P, P]: each patch to its neighbourhood, by a normal distribution cut at the edges. */
function blurMatrix(rows: number, columns: number): Tensor {
  const along = (length: number) => {
    const weight = (from: number, to: number) => Math.exp(-((from - to) ** 2) / (2 * (spread * length) ** 2));
    const places = [...Array(length).keys()];
    return places.map((to) => {
      const total = places.reduce((all, from) => all + weight(from, to), 0);
      return places.map((from) => weight(from, to) / total);
    });
  };
  const [down, across] = [along(rows), along(columns)];
  const patches = rows * columns;
  const matrix = Float32Array.from({ length: patches ** 2 }, (_, index) => {
    const [from, to] = [Math.floor(index / patches), index % patches];
    return down[Math.floor(to / columns)]![Math.floor(from / columns)]! * across[to % columns]![from % columns]!;
  });
  return constant(matrix, [patches, patches]);
}
