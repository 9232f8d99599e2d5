// What annotation files say of single media files: files of any form that events come in.
import { basename } from 'node:path';
import { readActivityNet } from '../files/events/activity-net.ts';
import { readAudacityLabels } from '../files/events/audacity.ts';
import { isDesedTable, readDesedEvents } from '../files/events/desed.ts';
import type { EventFile } from '../files/events/events.ts';
import { isEventCsv, readEventCsv } from '../files/events/read-event-csv.ts';
import { readTextClearly } from '../files/read-text-node.ts';
import type { Annotation } from './annotation.ts';
import { senseIn } from './layouts/event-files-node.ts';
import { stemOf } from './media-kinds-node.ts';

/** The events that a media file is annotated with, by its name without folders and ending. */
export type Truths = (path: string) => readonly Annotation[];

/** A label track of Audacity is about every file. @throws DuetError for files that cannot be read. */
export async function readTruths(paths: readonly string[]): Promise<Truths> {
  const files = await Promise.all(
    paths.map(async (path) => ({ sense: senseIn(path), ...eventsIn(await readTextClearly(path), path) })),
  );
  return (path) =>
    files.flatMap(({ sense, clips, isForAll }): Annotation[] => {
      const clip = clips.find((one) => isForAll || nameOf(one.clip) === nameOf(path));
      return clip ? [{ kind: 'events', events: clip.events, sense }] : [];
    });
}

function nameOf(path: string): string {
  return stemOf(basename(path));
}

function eventsIn(text: string, path: string): EventFile & { readonly isForAll: boolean } {
  if (/^\s*\{/.test(text)) return { ...readActivityNet(text, path), isForAll: false };
  if (isDesedTable(text)) return { ...readDesedEvents(text, path), isForAll: false };
  if (isEventCsv(text)) return { ...readEventCsv(text, path), isForAll: false };
  return { ...readAudacityLabels(text, basename(path), path), isForAll: true };
}
