// Events as subtitles that every player shows: WebVTT (https://www.w3.org/TR/webvtt1/).
import type { ScoredEvent } from './events.ts';

/** One cue per event, in order of their starts, with the score in per cent. */
export function webVtt(events: readonly ScoredEvent[]): string {
  const cues = events
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
    .map(({ start, end, label, score }) => {
      // A cue that ends when it starts is not allowed.
      const [from, to] = [milliseconds(start), Math.max(milliseconds(end), milliseconds(start) + 1)];
      return `${timestamp(from)} --> ${timestamp(to)}\n${escaped(label)} (${Math.round(100 * score)} %)\n`;
    });
  return ['WEBVTT\n', ...cues].join('\n');
}

function milliseconds(seconds: number): number {
  return Math.round(1000 * Math.max(0, seconds));
}

function timestamp(milliseconds: number): string {
  const part = (value: number, digits: number) => String(Math.floor(value)).padStart(digits, '0');
  const seconds = milliseconds / 1000;
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((value) => part(value, 2)).join(':');
  return `${clock}.${part(milliseconds % 1000, 3)}`;
}

function escaped(label: string): string {
  return label.replace(/\s+/g, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
