// The events of a data set on disk, checked against how long its clips really are, and what is in them.
import { annotationsOf } from './annotation.ts';
import { type CheckedClip, checkEvents, type EventCheck, type EventLimits } from './check-events.ts';
import type { Example, LayoutName } from './dataset.ts';
import { givesEvents } from './layouts/layouts-node.ts';
import type { MissingModality } from './model-inputs.ts';
import { openDataset } from './open-dataset-node.ts';
import { type Looked, type ProbeOptions, probeAll } from './probe-clips-node.ts';

export type EventCheckOptions = ProbeOptions & {
  readonly layout: LayoutName;
  readonly limits: EventLimits;
  /** Where the clips were looked at whole already, as what locates events is given them. */
  readonly looked?: readonly LookedClip[] | undefined;
};

export type LookedClip = { readonly example: Example; readonly probe: Looked };

/** Undefined for a layout that says nothing of events. Clips that cannot be read are of unknown length. */
export async function checkAnnotatedEvents(path: string, options: EventCheckOptions): Promise<EventCheck | undefined> {
  const { layout, limits, looked } = options;
  if (!looked && !givesEvents(layout)) return undefined;
  const clips: CheckedClip[] = [];
  for await (const { example, probe } of looked ?? lookAtAll(path, options)) {
    const known = 'seconds' in probe ? { duration: probe.seconds, lacks: lackOf(probe) } : {};
    for (const { events, sense } of annotationsOf(example, 'events'))
      clips.push({ clip: example.id, events, sense, ...known });
  }
  return checkEvents(clips, limits);
}

async function* lookAtAll(path: string, { layout, ...options }: EventCheckOptions): AsyncGenerator<LookedClip> {
  const { examples } = await openDataset(path, { layout, annotation: 'events', purpose: 'evaluate' });
  yield* probeAll(examples, examples.length, options);
}

function lackOf({ hasPicture, isSilent }: Extract<Looked, { readonly seconds: number }>): MissingModality | undefined {
  return !hasPicture ? 'picture' : isSilent === undefined ? 'sound' : undefined;
}
