// Everything about a data set that a long run would otherwise find out the hard way.
import { type DuetError, isDuetError } from '../errors.ts';
import { type AnnotationKind, annotationOf, labelOf, labelsOf } from './annotation.ts';
import { defaultCacheFolder, prepareCacheFolder } from './cache-folder-node.ts';
import type { EventCheck, EventLimits } from './check-events.ts';
import { checkAnnotatedEvents, type LookedClip } from './check-events-node.ts';
import { type Betrayal, betrayals, type JudgedFacts } from './container-check.ts';
import {
  type Dataset,
  type Example,
  type IgnoredFile,
  type LayoutName,
  type MissingClip,
  type Split,
  type SplitOrigin,
  splitNames,
} from './dataset.ts';
import { type Duplicates, findDuplicates } from './find-duplicates-node.ts';
import type { MissingPolicy } from './model-inputs.ts';
import { readUnsplit, settleDataset, type Unsplit } from './open-dataset-node.ts';
import { type ProbeOptions, probeAll } from './probe-clips-node.ts';
import type { SplitFile } from './split.ts';

/** How `checkData` reads the data. */
export type CheckDataOptions = ProbeOptions & {
  readonly layout?: LayoutName | undefined;
  /** What the clips are to be annotated with. Default: a class, or events where only those are there. */
  readonly annotation?: AnnotationKind | undefined;
  /** What events are checked against. Default: at least half a second, of a class with at least 5. */
  readonly eventLimits?: EventLimits | undefined;
  /** Splits written down earlier; by default as training would make them with seed 0. */
  readonly splits?: SplitFile | undefined;
  /** With `zero`, clips without picture or sound can be used. Default `error`. */
  readonly missing?: MissingPolicy | undefined;
  /** Where hashes of files are remembered. Default: defaultCacheFolder(). */
  readonly cacheFolder?: string;
  /** Called after each clip that was opened, and after each file that was compared. */
  readonly onProgress?: (progress: CheckProgress) => void;
};

/** `read`: clips are opened; `compare`: files of one size are read to tell duplicates. */
export type CheckProgress = {
  readonly stage: 'read' | 'compare';
  readonly done: number;
  readonly total: number;
  readonly found: number;
};

export type ClipFinding = { readonly id: string; readonly label: string; readonly split: Split };

/** What `checkData` found, clip by clip and class by class. */
export type DataCheck = {
  readonly layout: LayoutName;
  /** What the clips were read for. */
  readonly annotation: AnnotationKind;
  readonly splitOrigin: SplitOrigin;
  /** Clips with files. */
  readonly clips: number;
  /** Usable clips per class, or with events of it; background last where the data has it. */
  readonly classes: readonly ({ readonly name: string } & Readonly<Record<Split, number>>)[];
  /** Listed, but without a file. */
  readonly missing: readonly MissingClip[];
  /** Unreadable or cut short. */
  readonly broken: readonly (ClipFinding & { readonly reason: string })[];
  readonly withoutPicture: readonly ClipFinding[];
  readonly withoutSound: readonly ClipFinding[];
  /** With a sound track of nothing but zeros. */
  readonly silent: readonly ClipFinding[];
  /** Annotated to end after their file does, by so many seconds; what is there is taken. */
  readonly pastEnd: readonly (ClipFinding & { readonly seconds: number })[];
  /** Of data that says what happens when: events that no model could learn from. */
  readonly events?: EventCheck | undefined;
  /** Of data with real and fake clips: how well facts of the files alone tell them apart, the best first. */
  readonly betrayals: readonly Betrayal[];
  readonly duplicates: readonly Duplicates[];
  /** Classes with fewer than 5 usable training clips, or none in a split that others are in. */
  readonly scarce: readonly string[];
  /** Files and rows that are no clips. */
  readonly ignored: readonly IgnoredFile[];
  /** What would stop training, in sentences; empty for data that can be trained on. */
  readonly blocking: readonly string[];
};

const fewTrainingClips = 5;

const usualLimits: EventLimits = { fewestEvents: 5, shortest: 0.5, longest: Number.POSITIVE_INFINITY };

/** Below this, an annotation past a file's end is rounding. */
const negligibleSeconds = 0.1;

/**
 * Opens every clip and compares their files. A clip that cannot be read never ends the check.
 * Throws DuetError only where there is no data to check, or the cache cannot be written.
 */
export async function checkData(path: string, options: CheckDataOptions = {}): Promise<DataCheck> {
  const { signal, onProgress } = options;
  const folder = options.cacheFolder ?? defaultCacheFolder();
  await prepareCacheFolder(folder);
  const { dataset, examples, refusal, annotation } = await openForCheck(path, options);
  const clips = examples.length;
  const listed = groupSizes(examples, partOf);

  const missing = [...dataset.missing];
  const broken: DataCheck['broken'][number][] = [];
  const pastEnd: DataCheck['pastEnd'][number][] = [];
  const [withoutPicture, withoutSound, silent, usable]: [ClipFinding[], ClipFinding[], ClipFinding[], Example[]] = [
    [],
    [],
    [],
    [],
  ];
  const judged: JudgedFacts[] = [];
  let done = 0;
  // As there may be a million clips, nothing is kept of those that are not there but their ids.
  const present: Example[] = [];
  const looked: LookedClip[] | undefined = annotation === 'events' ? [] : undefined;
  for await (const { example, probe } of probeAll(lettingGo(examples), clips, options)) {
    const { id, split } = example;
    const label = labelOf(example);
    looked?.push({ example, probe });
    if (!('absent' in probe)) present.push(example);
    if ('absent' in probe) missing.push({ id, label, split, reason: probe.absent });
    else if ('broken' in probe) broken.push({ id, label, split, reason: probe.broken });
    else {
      const truth = annotationOf(example, 'truth');
      if (truth) judged.push({ ...probe.facts, real: truth.real });
      const lacks = !probe.hasPicture ? withoutPicture : probe.isSilent === undefined ? withoutSound : undefined;
      lacks?.push({ id, label, split });
      if (probe.isSilent) silent.push({ id, label, split });
      if (probe.secondsPastEnd > negligibleSeconds) pastEnd.push({ id, label, split, seconds: probe.secondsPastEnd });
      if (!lacks || options.missing === 'zero') usable.push(example);
    }
    onProgress?.({ stage: 'read', done: ++done, total: clips, found: done - usable.length });
  }
  const duplicates = await findDuplicates(present, {
    folder,
    signal,
    onProgress: (compared, total) => onProgress?.({ stage: 'compare', done: compared, total, found: 0 }),
  });

  const { layout, splitOrigin, ignored, background } = dataset;
  const names = background === undefined ? dataset.classes : [...dataset.classes, background];
  const classes = countClasses(names, usable);
  return {
    ...{
      layout,
      annotation,
      splitOrigin,
      classes,
      missing,
      broken,
      withoutPicture,
      withoutSound,
      silent,
      pastEnd,
      events: await checkAnnotatedEvents(path, {
        ...{ layout, limits: options.eventLimits ?? usualLimits, workers: options.workers, signal },
        looked,
      }),
      betrayals: betrayals(judged),
      duplicates,
      ignored,
    },
    clips,
    scarce: scarceClasses(classes),
    blocking: [...(refusal === undefined ? [] : [refusal]), ...unusable(listed, usable)],
  };
}

/** Gives the items in order, and empties the list. */
function* lettingGo<Item>(items: Item[]): Generator<Item> {
  items.reverse();
  for (let item = items.pop(); item !== undefined; item = items.pop()) yield item;
}

/** The data as training would open it, or with training's refusal as evaluation would. */
async function openForCheck(
  path: string,
  { layout, splits, annotation: asked }: CheckDataOptions,
): Promise<{
  readonly dataset: Omit<Dataset, 'examples'>;
  /** The caller's own. */
  readonly examples: Example[];
  readonly refusal: string | undefined;
  readonly annotation: AnnotationKind;
}> {
  const kinds: readonly AnnotationKind[] = asked ? [asked] : ['class', 'events'];
  const read = new Map<AnnotationKind, Promise<Unsplit>>();
  const open = async (annotation: AnnotationKind, purpose: 'train' | 'evaluate') => {
    try {
      const unsplit = read.get(annotation) ?? readUnsplit(path, { layout, annotation });
      read.set(annotation, unsplit);
      return settleDataset(await unsplit, { annotation, purpose, ...(splits && { splits }) });
    } catch (error) {
      if (isDuetError(error)) return error;
      throw error;
    }
  };
  const refused = new Map<AnnotationKind, DuetError>();
  for (const purpose of ['train', 'evaluate'] as const)
    for (const annotation of kinds) {
      const dataset = await open(annotation, purpose);
      if (!isDuetError(dataset)) {
        const { examples, ...about } = dataset;
        return { dataset: about, examples: [...examples], annotation, refusal: refused.get(annotation)?.message };
      }
      if (purpose === 'train') refused.set(annotation, dataset);
    }
  throw refused.get(kinds[0]!)!;
}

function countClasses(names: readonly string[], usable: readonly Example[]): DataCheck['classes'] {
  const counts = new Map(names.map((name) => [name, { name, train: 0, val: 0, test: 0 }]));
  for (const example of usable) for (const label of new Set(labelsOf(example))) counts.get(label)![example.split]++;
  return [...counts.values()];
}

function scarceClasses(classes: DataCheck['classes']): string[] {
  const present = splitNames.filter((split) => classes.some((counts) => counts[split] > 0));
  return classes
    .filter((counts) => counts.train < fewTrainingClips || present.some((split) => counts[split] === 0))
    .map(({ name }) => name);
}

/** What of clips training cannot do without: a class's training clips, and any clip of another split. */
function partOf(example: Example): string {
  if (example.split !== 'train') return `${example.split} clips`;
  return `training clips${labelOf(example) === '' ? '' : ` of the class "${labelOf(example)}"`}`;
}

function groupSizes<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const item of items) sizes.set(key(item), (sizes.get(key(item)) ?? 0) + 1);
  return sizes;
}

/** As training refuses them: classes of which no training clip is left, and other splits of which no clip is. */
function unusable(listed: ReadonlyMap<string, number>, usable: readonly Example[]): string[] {
  const left = new Set(usable.map(partOf));
  return [...listed].flatMap(([name, clips]) =>
    left.has(name) ? [] : [`None of the ${clips} ${name} can be used; replace them or leave them out.`],
  );
}
