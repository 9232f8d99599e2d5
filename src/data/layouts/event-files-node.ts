// Folders of videos with files that say what happens when in them. A system that locates events is given whole videos
// with all their events; one that classifies is given each event as a clip of its own.
import { basename } from 'node:path';
import { DuetError } from '../../errors.ts';
import type { ClipEvents, EventFile } from '../../files/events/events.ts';
import type { AnnotationKind, Sense } from '../annotation.ts';
import { type MissingClip, readSplitNames, type Split, type UnsplitExample } from '../dataset.ts';
import { stemOf } from '../media-kinds-node.ts';
import { findMedia, type MediaFinder } from './find-media-node.ts';
import type { LayoutContent } from './layout.ts';
import { type Segment, segmentExamples } from './segments-node.ts';

/** What one file says, and what its name says of all its clips. */
export type EventSource = {
  readonly path: string;
  readonly file: EventFile;
  readonly split?: Split | undefined;
  readonly sense?: Sense | undefined;
};

export type Videos = { readonly sources: readonly EventSource[]; readonly root: string };

/** @throws DuetError for a subset that is no split, and where nothing in the files could be read. */
export async function readEventVideos(videos: Videos, annotation: AnnotationKind): Promise<LayoutContent> {
  const { sources, root } = videos;
  const clips = sources.flatMap(({ file, ...source }) => file.clips.map((clip) => ({ ...source, clip })));
  const splitOf = readSplitNames(clips.flatMap(({ clip }) => clip.subset ?? []));
  const named = clips.map(({ path, clip, split, sense }) => ({
    ...{ clip, sense },
    name: stemOf(basename(clip.clip)),
    split: split ?? (clip.subset === undefined ? undefined : knownSplit(clip, path, splitOf)),
  }));
  const ignored = sources.flatMap(({ path, file }) => file.problems.map((reason) => ({ path, reason })));
  const wanted = new Set(named.map(({ name }) => name));
  const found = await findMedia(root, (name) => wanted.has(name));
  if (annotation !== 'events') {
    const segments = named.flatMap(({ clip, name, split }) =>
      clip.events.map(({ start, end, label }): Segment => ({ video: name, start, end, label, split })),
    );
    return segmentExamples(segments, ignored, ({ video }) => {
      const clip = found.clip(video);
      return typeof clip === 'string' ? clip : { clip, isWhole: true };
    });
  }
  return { ...wholeVideos(named, found), ignored };
}

type NamedClip = {
  readonly clip: ClipEvents;
  readonly name: string;
  readonly split: Split | undefined;
  readonly sense: Sense | undefined;
};

function wholeVideos(named: readonly NamedClip[], found: MediaFinder): Pick<LayoutContent, 'examples' | 'missing'> {
  const examples = new Map<string, UnsplitExample>();
  const missing = new Map<string, MissingClip>();
  for (const { clip, name, split, sense } of named) {
    const clipOrReason = found.clip(name);
    // Events may be heard where there is nothing to see.
    const file = typeof clipOrReason === 'string' ? found.sound(name) : clipOrReason;
    if (!file) {
      missing.set(clip.clip, { id: clip.clip, label: '', ...(split && { split }), reason: String(clipOrReason) });
      continue;
    }
    // Several files may speak of one video, such as one for each task.
    const before = examples.get(file.id);
    const annotation = { kind: 'events', events: clip.events, ...(sense && { sense }) } as const;
    const annotations = [...(before?.annotations ?? []), annotation];
    examples.set(file.id, { id: file.id, media: file.media, annotations, ...(split && { split }) });
  }
  return { examples: [...examples.values()], missing: [...missing.values()] };
}

function knownSplit({ clip, subset }: ClipEvents, path: string, splitOf: (name: string) => Split | undefined): Split {
  const split = splitOf(subset!);
  if (split) return split;
  throw new DuetError(
    `The video "${clip}" in "${path}" is of the unknown subset "${subset}"; name it train, validation or test.`,
  );
}

/** The sense that a file's name is about, by the names of the tasks or in plain words; undefined for others. */
export function senseIn(path: string): Sense | undefined {
  const words = new Set(
    basename(path)
      .toLowerCase()
      .split(/[^a-z]+/),
  );
  const has = (...names: readonly string[]) => names.some((name) => words.has(name));
  const [isSeen, isHeard] = [has('tal', 'visual', 'seen', 'actions'), has('sed', 'audio', 'heard', 'sounds')];
  if (has('avel', 'audiovisual', 'both') || (isSeen && isHeard)) return 'both';
  return isSeen ? 'seen' : isHeard ? 'heard' : undefined;
}

/** The split that a part of a file's name is, as in sed-train.tsv; undefined for others. */
export function splitIn(path: string): Split | undefined {
  const splitOf = readSplitNames([]);
  return basename(path)
    .split(/[^a-z]+/i)
    .map(splitOf)
    .find((split) => split !== undefined);
}
