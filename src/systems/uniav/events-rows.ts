// Which rows a walk over annotated clips has, and how stored features become them. Training shows every clip once, each
// time otherwise; evaluation looks at one chunk of every clip in a walk.
import { annotationsOf } from '../../data/annotation.ts';
import type { Example } from '../../data/dataset.ts';
import type { Arrays, Pass, Row, StoredReading } from '../../data/intake.ts';
import { DuetError } from '../../errors.ts';
import { createRandom } from '../../random.ts';
import type { ClipRows } from './clip-rows.ts';
import type { EventKind, NetworkConfig } from './config.ts';
import { kindOfSense } from './practical.ts';
import { gridOf, stepsOf } from './seconds.ts';
import type { EventsSettings } from './settings.ts';
import { eventsRow, paddedRows } from './training-row.ts';
import { variedClip } from './varied-clip.ts';

export type EventsRowsOptions = {
  /** The classes, in the order of the scores. */
  readonly labels: readonly string[];
  readonly config: NetworkConfig;
  /** Steps of a chunk. */
  readonly length: number;
  readonly training: EventsSettings;
};

/** The walk that looks at each clip's chunk of that index; a clip that ends before has a row of nothing. */
export function chunkPass(chunk: number): string {
  return `chunk ${chunk}`;
}

/** Start, end and class of the events of each kind that a clip is annotated for; in steps. */
type Events = { readonly [kind: string]: readonly (readonly [start: number, end: number, label: number])[] };
/** What a row of a walk should teach: of its clip, and in training of the clip whose sound it may get. */
export type EventsTarget = { readonly own: Events; readonly other: Events };

/** @throws DuetError for an event of a class that the model does not know. */
export function planEvents(examples: readonly Example[], pass: Pass, options: EventsRowsOptions): Row[] {
  const clips = examples.map((example) => ({ id: example.id, events: eventsOf(example, options) }));
  if (pass.name !== 'train')
    return clips.map(({ id, events }) => ({ clips: [id], target: { own: events, other: {} } }));
  return createRandom(pass.seed, 'order', pass.epoch)
    .shuffle(clips)
    .map(({ id, events }) => {
      const other = clips[createRandom(pass.seed, 'other', pass.epoch, id).integer(clips.length)]!;
      return { clips: [id, other.id], target: { own: events, other: other.events } };
    });
}

function eventsOf(example: Example, { labels, training }: EventsRowsOptions): Events {
  const grid = gridOf(training.rate);
  return Object.fromEntries(
    annotationsOf(example, 'events').map(({ events, sense = 'both' }) => [
      kindOfSense[sense],
      events.map(({ start, end, label }) => {
        const index = labels.indexOf(label);
        if (index < 0)
          throw new DuetError(
            `The class "${label}" of "${example.id}" is not one the model knows (${labels.join(', ')}); ` +
              'leave its events out.',
          );
        return [stepsOf(start, grid), stepsOf(end, grid), index] as const;
      }),
    ]),
  );
}

/** A row's arrays, by the names of the events model. */
export async function rowOfEvents(
  row: Row,
  open: (clip: string) => Promise<StoredReading>,
  pass: Pass,
  { config, length, training }: EventsRowsOptions,
): Promise<Arrays> {
  const { own, other } = row.target as EventsTarget;
  const [id, otherId] = row.clips as readonly [string, string?];
  const clip = await clipRows(await open(id), own);
  if (pass.name === 'train') {
    const random = createRandom(pass.seed, 'clip', pass.epoch, id);
    const second = otherId === undefined || otherId === id ? clip : await clipRows(await open(otherId), other);
    return eventsRow(variedClip(clip, second, training, length, random), config, length, random);
  }
  const first = (Number(pass.name.replace(/^chunk /, '')) * length) / 2;
  const count = Math.max(0, Math.min(length, clip.steps - first));
  const part = (values: Float32Array) => {
    const width = values.length / clip.steps;
    return values.subarray(first * width, (first + count) * width);
  };
  return paddedRows({ steps: count, visual: part(clip.visual), audio: part(clip.audio) }, length, config);
}

/** Stored features `visual` and `audio` [steps, width]; one that the clip lacks is not stored. */
async function clipRows(reading: StoredReading, events: Events): Promise<ClipRows> {
  const read = async (name: string) => (reading.names.includes(name) ? await reading.get(name) : undefined);
  const [visual, audio] = [await read('visual'), await read('audio')];
  const ofKinds = Object.entries(events).map(([kind, ofKind]) => [
    kind as EventKind,
    ofKind.map(([start, end, label]) => ({ start, end, label })),
  ]);
  return {
    steps: (visual ?? audio)!.shape[0]!,
    visual: (visual?.data ?? new Float32Array(0)) as Float32Array,
    audio: (audio?.data ?? new Float32Array(0)) as Float32Array,
    events: Object.fromEntries(ofKinds),
  };
}
