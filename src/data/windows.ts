// Which parts of a clip are looked at: windows as long as the front end hears, each with the frame at its middle.
import { DuetError } from '../errors.ts';
import type { Media } from '../media/media.ts';

/** Seconds on the open clip's clock, where 0 is its start. */
export type TimeRange = { readonly start: number; readonly end: number };

const mostWindows = 7;

/** All of an open clip. Throws DuetError when there is nothing of it. */
export function wholeClip(media: Media): TimeRange {
  if (!(media.duration > 0))
    throw new DuetError('The clip has zero length; give one with at least a frame and some sound.');
  return { start: 0, end: media.duration };
}

/**
 * Candidate windows of a clip: the whole clip where it is not longer than `seconds`, else an odd number (at most 7) of
 * windows, evenly spaced from the clip's start to its end, an eighth of a window apart or more. Being odd, they have an
 * exact middle one.
 */
export function candidateWindows(clip: TimeRange, seconds: number): TimeRange[] {
  const spare = clip.end - clip.start - seconds;
  if (spare <= 0) return [clip];
  const fitting = Math.min(1 + Math.floor((8 * spare) / seconds), mostWindows);
  const count = fitting - (fitting % 2 === 0 ? 1 : 0);
  return Array.from({ length: count }, (_, index) => {
    const start = clip.start + (count === 1 ? spare / 2 : (spare * index) / (count - 1));
    return { start, end: start + seconds };
  });
}

/** The window that starts at `start`, cut where the clip ends. Throws DuetError for a start outside the clip. */
export function windowAt(clip: TimeRange, start: number, seconds: number): TimeRange {
  if (!(start >= clip.start && start < clip.end)) {
    throw new DuetError(`A window cannot start at ${start} s; the clip lasts from ${clip.start} s to ${clip.end} s.`);
  }
  return { start, end: Math.min(start + seconds, clip.end) };
}

/** Index of the window that evaluation uses. */
export function middleOf(windows: readonly unknown[]): number {
  return (windows.length - 1) >> 1;
}

/** When a window's frame is taken: at its middle. */
export function frameTime(window: TimeRange): number {
  return (window.start + window.end) / 2;
}

/** A window's samples of the sound resampled to `sampleRate`, numbered from the clip's start. */
export function sampleRange(window: TimeRange, sampleRate: number): { first: number; count: number } {
  const first = Math.round(window.start * sampleRate);
  return { first, count: Math.max(1, Math.round((window.end - window.start) * sampleRate)) };
}
