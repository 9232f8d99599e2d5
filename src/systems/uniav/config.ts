// What a UniAV network is (arXiv 2404.03179): its sizes, its pyramid and its tasks. Lengths and ranges are in steps; a
// step is one row of features.

/** What is localised: visual actions, sound events, or what is seen and heard at once. Each has experts of its own. */
export const eventKinds = ['TAL', 'SED', 'AVEL'] as const;
export type EventKind = (typeof eventKinds)[number];

export type TaskConfig = {
  readonly kind: EventKind;
  readonly classes: number;
  /** Whether each class has offsets of its own; else a point has one pair for all classes. */
  readonly classAware: boolean;
  /** Steps of a training clip, to which shorter ones are padded; a multiple of the pyramid's coarsest stride. */
  readonly maxLength: number;
  /** Share of the targets that is spread over all classes. */
  readonly labelSmoothing: number;
  /** Factor on the loss of the segments' ends. */
  readonly regressionWeight: number;
  /** Positive points of a batch before any was seen: where the running mean that divides the losses starts. */
  readonly normaliser: number;
};

export type NetworkConfig = {
  readonly visualWidth: number;
  readonly audioWidth: number;
  readonly width: number;
  readonly heads: number;
  /** Self-attention blocks of each modality before they meet. */
  readonly selfBlocks: number;
  readonly headWidth: number;
  readonly textWidth: number;
  /** How often a clip skips a branch of a block in training; at 0 the branches have no scales either. */
  readonly dropPath: number;
  /**
   * Where the distances to an event's ends start, in strides. They pass a ReLU: at 0, as published, a class whose
   * distances happen to start below has no gradient, and may never learn them.
   */
  readonly firstDistance: number;
  /** Of each level, the least and the greatest distance in steps from a point to the farther end of its events. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly tasks: Readonly<Record<string, TaskConfig>>;
};

export const modalities = ['V', 'A'] as const;
export type Modality = (typeof modalities)[number];

/** Steps between the points of a level: 1, 2, 4, ... */
export function strideOf(level: number): number {
  return 2 ** level;
}

/** Points of all levels over a clip of `steps`. */
export function pointCount(steps: number, { ranges }: Pick<NetworkConfig, 'ranges'>): number {
  return ranges.reduce((count, _, level) => count + steps / strideOf(level), 0);
}

/** Kinds of events that the tasks ask for, each once. */
export function kindsOf({ tasks }: Pick<NetworkConfig, 'tasks'>): EventKind[] {
  return eventKinds.filter((kind) => Object.values(tasks).some((task) => task.kind === kind));
}

/** The names of all blocks in the release, each modality's in turn. */
export function blockNames({ selfBlocks, ranges }: Pick<NetworkConfig, 'selfBlocks' | 'ranges'>): string[] {
  return modalities.flatMap((modality) => [
    ...Array.from({ length: selfBlocks }, (_, index) => selfBlockName(modality, index)),
    crossBlockName(modality),
    ...Array.from({ length: ranges.length - 1 }, (_, index) => pyramidBlockName(modality, index)),
  ]);
}

export function selfBlockName(modality: Modality, index: number): string {
  return `backbone.self_att_${modality}.${index}`;
}

export function crossBlockName(modality: Modality): string {
  return `backbone.ori_cross_att_${modality === 'V' ? 'Va' : 'Av'}`;
}

export function pyramidBlockName(modality: Modality, index: number): string {
  return `backbone.cross_att_${modality === 'V' ? 'Va' : 'Av'}.${index}`;
}
