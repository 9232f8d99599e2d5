// How much of a batch a training step can hold at once.
import type { MaAvtConfig } from '../systems/ma-avt/settings.ts';

/**
 * So many clips' activations take half of the memory, at least one clip's. Per block and sequence about twelve
 * activations of all tokens and one and a half maps of attention are alive together at most: measured with ViT-Tiny, 64
 * MB a clip.
 * @param memory bytes that the machine has.
 */
export function clipsThatFit({ vit, tokens, background }: MaAvtConfig, memory: number): number {
  const patches = (vit.inputSize[0] * vit.inputSize[1]) / vit.patchSize ** 2;
  const own = Math.max(tokens.visual, tokens.audio);
  const length = 1 + patches + (background ? 1 : 0) + own + tokens.shared;
  const ofBlock = 12 * length * vit.width + 1.5 * vit.heads * length ** 2;
  const bytesOfClip = 2 * vit.depth * ofBlock * Float32Array.BYTES_PER_ELEMENT;
  return Math.max(1, Math.floor(memory / 2 / bytesOfClip));
}
