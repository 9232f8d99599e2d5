// Events in time as files have them, and times as people write them.

/** In seconds. Files may have the end before the start, or beyond the clip; a data check reports that. */
export type TimedEvent = { readonly start: number; readonly end: number; readonly label: string };
export type ScoredEvent = TimedEvent & { readonly score: number };

/** Found events as a label track, subtitles, a table for spreadsheets, and a table as DESED has it. */
export const eventFileForms = ['audacity', 'vtt', 'csv', 'tsv'] as const;
export type EventFileForm = (typeof eventFileForms)[number];

/** What a file says about one clip. */
export type ClipEvents = {
  /** As the file names it: an id, or a path. */
  readonly clip: string;
  readonly events: readonly TimedEvent[];
  /** Classes that occur at unknown times, where the file lists only those. */
  readonly labels?: readonly string[];
  /** Seconds. */
  readonly duration?: number;
  /** The file's word for the split. */
  readonly subset?: string;
};

/** Everything that could be read, and a sentence about each row that could not. */
export type EventFile = { readonly clips: readonly ClipEvents[]; readonly problems: readonly string[] };

/** Seconds of `12.5`, `1:02.5`, `1:02:03` or `00:01:02,250`; NaN for anything else. */
export function parseTime(text: string): number {
  const match = /^\s*(-?)(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?)\s*$/.exec(text);
  if (!match) return /^\s*-?\d*\.?\d+e[+-]?\d+\s*$/i.test(text) ? Number(text) : Number.NaN;
  const [, sign, hours = '0', minutes = '0', rest] = match;
  const seconds = Number(rest!.replace(',', '.'));
  if (match[3] !== undefined && seconds >= 60) return Number.NaN;
  if (match[2] !== undefined && Number(minutes) >= 60) return Number.NaN;
  const total = 3600 * Number(hours) + 60 * Number(minutes) + seconds;
  return sign === '-' ? -total : total;
}

export type EventCells = { readonly start: string; readonly end: string; readonly label: string };

/** An event from the texts of a row, or what is wrong with it. @param where begins the sentence: `Row 3 of "a.csv"`. */
export function parseEvent({ start, end, label }: EventCells, where: string): TimedEvent | string {
  if (label.trim() === '') return `${where} names no class.`;
  for (const text of [start, end])
    if (Number.isNaN(parseTime(text)))
      return `${where} has "${text}" where a time in seconds or as hh:mm:ss is needed.`;
  return { start: parseTime(start), end: parseTime(end), label: label.trim() };
}

/** Rows of a table in order, those of one clip together. A row without an event says that the clip exists. */
export function groupRows(
  rows: Iterable<{ readonly clip: string; readonly event: TimedEvent | string | undefined }>,
): EventFile {
  const clips = new Map<string, TimedEvent[]>();
  const problems: string[] = [];
  for (const { clip, event } of rows) {
    const events = clips.get(clip) ?? [];
    clips.set(clip, events);
    if (typeof event === 'string') problems.push(event);
    else if (event) events.push(event);
  }
  return { clips: [...clips].map(([clip, events]) => ({ clip, events })), problems };
}
