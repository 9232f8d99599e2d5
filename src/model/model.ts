// What learns, as a graph in two halves: what each clip becomes by itself, and what a batch of clips is worth. The
// training step, the step in parts, the stage on kept features, the predictor and the export are uses of one `Model`.
import type { Shape, Tensor } from '../graph/tensor.ts';
import type { Specifications } from './parameters.ts';
import type { Weights } from './vit.ts';

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Shapes of one clip's arrays, without the batch axis. */
export type ClipShapes = Readonly<Record<string, Shape>>;

/** What learns: its parameters, and the graphs from a batch's inputs to its losses and answers. */
export type Model = {
  /** Every trainable parameter by name, in a fixed order. */
  readonly parameters: Specifications;
  /** `{ images: [3, 224, 224], spectrograms: [1, 224, 224] }` */
  readonly inputs: ClipShapes;
  /** What `losses` compares with. */
  readonly targets: ClipShapes;
  /**
   * What each clip becomes by itself, [B, ...]: run in portions, in parts of a batch too large for memory, or once and
   * kept.
   */
  encode(inputs: Tensors, frozen: Weights, trained: Weights): Tensors;
  /**
   * What the batch is worth; only here are clips compared. A scalar for each aim (most have one, a GAN two), and what
   * is logged: scalars, which an epoch averages, and what is said of each clip, [B, ...].
   */
  losses(encoded: Tensors, targets: Tensors, trained: Weights): { readonly aims: Tensors; readonly logged: Tensors };
  /**
   * The parameters' gradients, where a method changes them on their way back; without it they are those of the aims.
   * It needs a batch whole.
   */
  gradients?(
    aims: Tensors,
    encoded: Tensors,
    targets: Tensors,
    parameters: ReadonlyMap<string, Tensor>,
  ): ChangedGradients;
  /** What prediction and evaluation read, [B, ...]; extras are the system's own words: attention, evidence. */
  answers(inputs: Tensors, frozen: Weights, trained: Weights, extras: readonly string[]): Tensors;
};

export type ChangedGradients = {
  /** One for each parameter, in their order. */
  readonly gradients: readonly Tensor[];
  /** Of normal noise that is added to a gradient the standard deviation, a scalar, by parameter. */
  readonly noise: ReadonlyMap<string, Tensor>;
};

/** A part of a training with a model of its own; stages follow each other. */
export type Stage = {
  /** In one word what is learned: `heads`, `reconstruct`, `detect`. */
  readonly name: string;
  readonly model: Model;
  /** Kept features are encoded once; it is an error if a trained parameter acts in `encode`. */
  readonly on: 'clips' | 'kept features';
  /** Whether the parameter of this name changes in the stage. */
  trains(parameter: string): boolean;
};
