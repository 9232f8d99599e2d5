// The maps that may be laid over picture and spectrogram.

/**
 * Evidence is where the model finds what sounds; attention is the paper's map, what CLS attends to in the last block.
 */
export const mapNames = ['evidence', 'attention'] as const;
export type MapName = (typeof mapNames)[number];
