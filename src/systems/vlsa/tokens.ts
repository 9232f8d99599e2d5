// What VLSA's encoder sees of each modality: patches and words as tokens, with where they come from added.
// Shapes: B clips, V frames, I patches of a frame, k of them, P values of a patch, S words, D channels.
import { add, cast, equal, gather, linear, matMul, reshape, subtract, sum } from '../../graph/functions.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../model/vit.ts';
import { type PatchedSide, patchGrid, type VlsaNetwork } from './network.ts';
import { linePositions, patchPositions } from './positions.ts';

/**
 * All patches of a side, or those selected, as tokens.
 * @param patches [B, V I, P], row by row in each frame.
 * @param selected [B, V, k]: numbers of patches within their frame.
 * @returns [B, V k, D]
 */
export function patchTokens(
  side: PatchedSide,
  patches: Tensor,
  selected: Tensor | undefined,
  trained: Weights,
  network: VlsaNetwork,
): Tensor {
  const { frames, patches: count, values } = patchGrid(side, network);
  const clips = patches.shape[0]!;
  const seen = selected?.shape[2] ?? count;
  const picked = selected
    ? gather(reshape(patches, [clips * frames * count, values]), rowsOf(selected, count))
    : patches;
  const embedded = linear(
    reshape(picked, [clips, frames, seen, values]),
    trained(`${side}_patch.weight`),
    trained(`${side}_patch.bias`),
  );
  const placed = add(embedded, positionsOf(side, selected, network.width, network));
  const framed = side === 'video' ? add(placed, frameVectors(trained('frame'))) : placed;
  return reshape(add(framed, trained(`modality.${side}`)), [clips, frames * seen, network.width]);
}

/** Words [B, S], by number, to tokens [B, S, D]. */
export function wordTokens(words: Tensor, trained: Weights, { width, text }: VlsaNetwork): Tensor {
  const vectors = gather(trained('word_embedding.weight'), cast(words, 'int64'));
  const embedded = linear(vectors, trained('text_projection.weight'), trained('text_projection.bias'));
  const positions = constant(linePositions(text.length, width), [text.length, width]);
  return add(add(embedded, positions), trained('modality.text'));
}

/** Positions of all patches of a frame, [I, width], or of the selected ones, [B, V, k, width]. */
export function positionsOf(
  side: PatchedSide,
  selected: Tensor | undefined,
  width: number,
  network: VlsaNetwork,
): Tensor {
  const { rows, columns } = patchGrid(side, network);
  const table = constant(patchPositions(rows, columns, width), [rows * columns, width]);
  return selected ? gather(table, cast(selected, 'int64')) : table;
}

/** Vectors of frames, [V, width], as they are added to [B, V, patches, width]. */
export function frameVectors(frames: Tensor): Tensor {
  const [count, width] = frames.shape as [number, number];
  return reshape(frames, [count, 1, width]);
}

/**
 * Puts what stands for the selected patches back to their places, and one vector in all others.
 * @param visible [B, V k, width].
 * @param selected [B, V, k].
 * @param elsewhere [width].
 * @returns `tokens` [B, V, I, width] and `hidden` [B, V, I], 1 in those other places.
 */
export function putBack(
  visible: Tensor,
  selected: Tensor,
  elsewhere: Tensor,
  patches: number,
): { readonly tokens: Tensor; readonly hidden: Tensor } {
  const [clips, frames, seen] = selected.shape as [number, number, number];
  const width = elsewhere.shape[0]!;
  const isHere = oneHot(reshape(selected, [clips * frames, 1, seen]), patches, [patches, 1]);
  const placed = matMul(isHere, reshape(visible, [clips * frames, seen, width]));
  const hidden = subtract(1, sum(isHere, [2], true));
  const filled = add(placed, matMul(hidden, reshape(elsewhere, [1, width])));
  return {
    tokens: reshape(filled, [clips, frames, patches, width]),
    hidden: reshape(hidden, [clips, frames, patches]),
  };
}

/** 1 where the number is the place, of `count` places that lie along the axis which `shape` says. */
export function oneHot(numbers: Tensor, count: number, shape: readonly number[]): Tensor {
  const places = constant(
    Float32Array.from({ length: count }, (_, place) => place),
    shape,
  );
  return cast(equal(numbers, places), 'float32');
}

/** Rows of all clips' patches, one under the other, by their numbers within the frame. */
function rowsOf(selected: Tensor, count: number): Tensor {
  const [clips, frames] = selected.shape as [number, number];
  const starts = constant(
    Float32Array.from({ length: clips * frames }, (_, frame) => frame * count),
    [clips, frames, 1],
  );
  return cast(add(selected, starts), 'int64');
}
