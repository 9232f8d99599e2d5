// What is said between a reader of media and its process. Every order names the clip, so that a fresh process can go on
// where another was stopped.
import type { Media, MediaReference } from '../media/media.ts';
import type { Picture } from '../signal/picture.ts';
import type { Sound, Waveform } from '../signal/waveform.ts';

export type MediaDescription = Pick<Media, 'container' | 'duration' | 'video' | 'audio' | 'undecoded'>;

/** `id` is the opened clip's own: one reference may be open twice. */
export type MediaOrder =
  | { readonly ask: 'start' }
  | { readonly ask: 'close'; readonly id: number }
  | ({ readonly id: number; readonly reference: MediaReference } & (
      | { readonly ask: 'describe' }
      | { readonly ask: 'frames'; readonly times: readonly number[] }
      | { readonly ask: 'sound' | 'channels'; readonly start: number; readonly end: number }
    ));

export type MediaAnswer =
  | { readonly done: true }
  | { readonly description: MediaDescription }
  | { readonly pictures: readonly Picture[] }
  | { readonly waveform: Waveform }
  | { readonly sound: Sound }
  /** The process ended at the order: a signal or an exit code. */
  | { readonly crashed: string };
