// Events over a long video: one row per label, one bar per event.
import { accentColour, inkColour, label, line, seriesColour, wideSvg } from './chart-style.ts';
import { clock, percent } from './format.ts';
import { element, escapeText } from './markup.ts';
import { linearScale, timeTicks } from './scale.ts';
import type { ShownEvent, TimelineShown } from './shown.ts';

const width = 760;
const rowHeight = 26;
const barHeight = 16;

/** Of what truly happens. */
const trueColour = seriesColour(2);
const soundHeight = 54;
const gap = 6;

/** A row of the chart: the events of one label in one track. */
type Row = { readonly name: string; readonly events: readonly ShownEvent[]; readonly colour: string };

/** An overview's pictures, ready for a page. */
export type OverviewUris = {
  readonly frames: readonly string[];
  /** Height of a frame over its width. */
  readonly frameShape: number;
  readonly spectrogram: string | undefined;
};

/** The timeline as an svg element; a bar is the stronger, the surer its event. */
export function timelineChart(
  { title, duration, tracks }: Omit<TimelineShown, 'kind' | 'overview'>,
  overview?: OverviewUris,
): string {
  const rows = tracks.flatMap((track) => rowsOf(track, tracks.length > 1));
  const events = tracks.flatMap((track) => track.events);
  const left = Math.min(200, 20 + 7 * Math.max(0, ...rows.map(({ name }) => name.length)));
  const end = Math.max(duration, ...events.map((event) => event.end), 0.1);
  const x = linearScale([0, end], [left, width - 16]);
  const strips = overview ? overviewStrips(overview, x(0), x(duration) - x(0)) : { height: 0, images: [] };
  const top = 8 + strips.height;
  const floor = top + rows.length * rowHeight;
  const decimals = end < 3 ? 1 : 0;
  const ticks = timeTicks(end, 8).flatMap((tick) => [
    line(x(tick), 4, x(tick), floor),
    label(clock(tick, decimals), x(tick), floor + 17, 'middle'),
  ]);
  const names = rows.map(({ name }, row) =>
    label(shortened(name), left - 10, top + (row + 0.5) * rowHeight + 4, 'end', inkColour),
  );
  const bars = rows.flatMap((row, index) =>
    row.events.map((event) => bar(event, x(event.start), x(event.end), top + index * rowHeight, row.colour)),
  );
  const description = `${title}: ${events.length} events in ${clock(end)}.`;
  return wideSvg(width, floor + 26, description, ...ticks, ...strips.images, ...names, ...bars);
}

/** Frames beside each other, and the spectrogram below them. */
function overviewStrips({ frames, frameShape, spectrogram }: OverviewUris, left: number, across: number) {
  const frameWidth = across / Math.max(1, frames.length);
  const image = (href: string, x: number, y: number, width: number, height: number) =>
    element('image', { href, x, y, width, height, preserveAspectRatio: 'none' });
  const framesHeight = frames.length === 0 ? 0 : frameWidth * frameShape + gap;
  return {
    height: framesHeight + (spectrogram === undefined ? 0 : soundHeight + gap),
    images: [
      ...frames.map((frame, i) => image(frame, left + i * frameWidth, 4, frameWidth, framesHeight - gap)),
      ...(spectrogram === undefined ? [] : [image(spectrogram, left, 4 + framesHeight, across, soundHeight)]),
    ],
  };
}

function rowsOf({ name, events, isTrue }: TimelineShown['tracks'][number], isNamed: boolean): Row[] {
  const labels = [...new Set(events.map((event) => event.label))];
  return labels.map((label) => ({
    name: isNamed ? `${name}: ${label}` : label,
    events: events.filter((event) => event.label === label),
    colour: isTrue ? trueColour : accentColour,
  }));
}

function bar(event: ShownEvent, from: number, to: number, top: number, colour: string): string {
  const title = `${event.label} ${clock(event.start, 1)} to ${clock(event.end, 1)}, ${percent(event.score, 0)}`;
  const place = {
    x: from,
    y: top + (rowHeight - barHeight) / 2,
    width: Math.max(2, to - from),
    height: barHeight,
    rx: 3,
  };
  const strength = 0.25 + 0.75 * Math.min(1, Math.max(0, event.score));
  return element(
    'rect',
    { ...place, 'fill-opacity': strength, style: `fill:${colour}` },
    element('title', {}, escapeText(title)),
  );
}

function shortened(name: string): string {
  return name.length <= 26 ? name : `${name.slice(0, 25)}…`;
}
