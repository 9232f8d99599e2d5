// Found events as a file for other tools, in whichever of their forms.
import { DuetError } from '../../errors.ts';
import { audacityLabels } from './audacity.ts';
import { desedTable } from './desed.ts';
import { eventsCsv } from './event-csv.ts';
import type { EventFileForm, ScoredEvent } from './events.ts';
import { webVtt } from './web-vtt.ts';

export type FoundEvents = { readonly clip: string; readonly events: readonly ScoredEvent[] };

/** @throws DuetError for several clips in a form that has one timeline. */
export function eventFile(form: EventFileForm, clips: readonly FoundEvents[]): string {
  if (form === 'csv') return eventsCsv(clips);
  if (form === 'tsv') return desedTable(clips);
  if (clips.length > 1)
    throw new DuetError(
      `A file for --${form} has one timeline, and these are ${clips.length} clips; give one, or use --csv, ` +
        'which names the clip in each row.',
    );
  const events = clips[0]?.events ?? [];
  return form === 'audacity' ? audacityLabels(events) : webVtt(events);
}
