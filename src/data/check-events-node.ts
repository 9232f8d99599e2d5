// The events of a data set on disk, checked against how long its clips really are.
import type { ClipEvents } from '../files/events/events.ts';
import { annotationsOf } from './annotation.ts';
import { checkEvents, type EventCheck, type EventLimits } from './check-events.ts';
import type { LayoutName } from './dataset.ts';
import { givesEvents } from './layouts/layouts-node.ts';
import { openDataset } from './open-dataset-node.ts';
import { type ProbeOptions, probeAll } from './probe-clips-node.ts';

/** Two rows at four a second are the least that localisation tells apart. */
const limits: EventLimits = { fewestEvents: 5, shortest: 0.5 };

/** Undefined for a layout that says nothing of events. Clips that cannot be read are of unknown length. */
export async function checkAnnotatedEvents(
  path: string,
  layout: LayoutName,
  options: ProbeOptions,
): Promise<EventCheck | undefined> {
  if (!givesEvents(layout)) return undefined;
  const { examples } = await openDataset(path, { layout, annotation: 'events', purpose: 'evaluate' });
  const clips: ClipEvents[] = [];
  for await (const { example, probe } of probeAll(examples, options)) {
    const duration = 'seconds' in probe ? { duration: probe.seconds } : {};
    for (const { events } of annotationsOf(example, 'events')) clips.push({ clip: example.id, events, ...duration });
  }
  return checkEvents(clips, limits);
}
