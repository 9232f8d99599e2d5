// Label tracks of Audacity: one line per label with start, end and text, separated by tabs
// (https://manual.audacityteam.org/man/importing_and_exporting_labels.html).
import { type EventFile, parseEvent, type TimedEvent } from './events.ts';

/** The labels of one clip. */
export function readAudacityLabels(text: string, clip: string, name: string): EventFile {
  const events: TimedEvent[] = [];
  const problems: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    // A line that begins with a backslash has the frequencies of the label above.
    if (line.trim() === '' || line.startsWith('\\')) continue;
    const [start = '', end = '', ...label] = line.split('\t');
    const event = parseEvent({ start, end, label: label.join(' ') }, `Line ${index + 1} of "${name}"`);
    if (typeof event === 'string') problems.push(event);
    else events.push(event);
  }
  return { clips: [{ clip, events }], problems };
}

/** A label track of events in any order. */
export function audacityLabels(events: readonly TimedEvent[]): string {
  return events
    .map(({ start, end, label }) => `${start.toFixed(6)}\t${end.toFixed(6)}\t${label.replace(/\s+/g, ' ')}\n`)
    .join('');
}
