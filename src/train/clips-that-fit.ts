// How much of a batch a training step can hold at once.

/**
 * What is alive together of the activations that a clip's graph has in all: measured with ViT-Tiny, 64 MB a clip.
 */
const aliveTogether = 0.7;

/**
 * So many clips' activations take half of the memory, at least one clip's.
 * @param activations bytes of all of a clip's activations; see clipMemory.
 * @param memory bytes that the machine has.
 */
export function clipsThatFit(activations: number, memory: number): number {
  return Math.max(1, Math.floor(memory / 2 / (aliveTogether * activations)));
}
