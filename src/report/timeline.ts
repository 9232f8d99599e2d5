// Events over a long video: one row per label, one bar per event.
import { accentColour, inkColour, label, line, wideSvg } from './chart-style.ts';
import { clock, percent } from './format.ts';
import { element, escapeText } from './markup.ts';
import { linearScale, timeTicks } from './scale.ts';
import type { ShownEvent, TimelineShown } from './shown.ts';

const width = 760;
const rowHeight = 26;
const barHeight = 16;

/** A row of the chart: the events of one label in one track. */
type Row = { readonly name: string; readonly events: readonly ShownEvent[] };

/** The timeline as an svg element; a bar is the stronger, the surer its event. */
export function timelineChart({ title, duration, tracks }: Omit<TimelineShown, 'kind'>): string {
  const rows = tracks.flatMap((track) => rowsOf(track, tracks.length > 1));
  const events = tracks.flatMap((track) => track.events);
  const left = Math.min(200, 20 + 7 * Math.max(0, ...rows.map(({ name }) => name.length)));
  const end = Math.max(duration, ...events.map((event) => event.end), 0.1);
  const x = linearScale([0, end], [left, width - 16]);
  const floor = 8 + rows.length * rowHeight;
  const decimals = end < 3 ? 1 : 0;
  const ticks = timeTicks(end, 8).flatMap((tick) => [
    line(x(tick), 4, x(tick), floor),
    label(clock(tick, decimals), x(tick), floor + 17, 'middle'),
  ]);
  const names = rows.map(({ name }, row) =>
    label(shortened(name), left - 10, 8 + (row + 0.5) * rowHeight + 4, 'end', inkColour),
  );
  const bars = rows.flatMap((row, index) =>
    row.events.map((event) => bar(event, x(event.start), x(event.end), 8 + index * rowHeight)),
  );
  const description = `${title}: ${events.length} events in ${clock(end)}.`;
  return wideSvg(width, floor + 26, description, ...ticks, ...names, ...bars);
}

function rowsOf({ name, events }: TimelineShown['tracks'][number], isNamed: boolean): Row[] {
  const labels = [...new Set(events.map((event) => event.label))];
  return labels.map((label) => ({
    name: isNamed ? `${name}: ${label}` : label,
    events: events.filter((event) => event.label === label),
  }));
}

function bar(event: ShownEvent, from: number, to: number, top: number): string {
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
    { ...place, 'fill-opacity': strength, style: `fill:${accentColour}` },
    element('title', {}, escapeText(title)),
  );
}

function shortened(name: string): string {
  return name.length <= 26 ? name : `${name.slice(0, 25)}…`;
}
