// One clip, from its keys to the bytes of its file.

import { encodeClip } from '../media/encode-clip.ts';
import type { ClipAnnotation } from './annotations-node.ts';
import { type ClipKeys, createClip } from './clip.ts';

export type MadeClip = { readonly annotation: ClipAnnotation; readonly bytes: Uint8Array };

export async function makeClip(keys: ClipKeys): Promise<MadeClip> {
  const { frames, sound, annotation } = createClip(keys);
  return { annotation, bytes: await encodeClip({ frames, framesPerSecond: annotation.framesPerSecond, sound }) };
}
