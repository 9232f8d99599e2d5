// Annotations as ActivityNet, UnAV-100 and THUMOS have them: one JSON object with a `database` of videos, each with its
// subset and the segments of its events.
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import { checkSchema } from '../schema-error.ts';
import { type ClipEvents, type EventFile, parseEvent, type TimedEvent } from './events.ts';

const time = z.union([z.number(), z.string()]).transform(String);
const annotationSchema = z.object({ segment: z.tuple([time, time]), label: z.string() });
const fileSchema = z.object({
  database: z.record(
    z.string(),
    z.object({
      subset: z.string().optional(),
      duration: z.number().nonnegative().optional(),
      annotations: z.array(z.unknown()).optional(),
    }),
  ),
});

/** @throws DuetError where the text is no such file. An annotation that is none becomes a problem. */
export function readActivityNet(text: string, name: string): EventFile {
  const { database } = checkSchema(fileSchema, parseJson(text, name), `"${name}"`);
  const problems: string[] = [];
  const clips = Object.entries(database).map(([clip, { subset, duration, annotations = [] }]): ClipEvents => {
    const events = annotations.flatMap((annotation, index): TimedEvent[] => {
      const where = `Annotation ${index + 1} of "${clip}" in "${name}"`;
      const event = parsed(annotation, where);
      if (typeof event !== 'string') return [event];
      problems.push(event);
      return [];
    });
    return { clip, events, ...(subset !== undefined && { subset }), ...(duration !== undefined && { duration }) };
  });
  return { clips, problems };
}

function parsed(annotation: unknown, where: string): TimedEvent | string {
  const { data } = annotationSchema.safeParse(annotation);
  if (!data) return `${where} has no segment of two times and a label.`;
  const { segment, label } = data;
  return parseEvent({ start: segment[0], end: segment[1], label }, where);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DuetError(`"${name}" is not JSON; get a fresh copy of it.`);
  }
}
