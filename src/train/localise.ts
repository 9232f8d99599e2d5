// A run asked where clips sound, compared with their boxes and with guesses that look at nothing.
import { labelOf } from '../data/annotation.ts';
import { type ClipBoxes, readBoxes } from '../data/boxes-node.ts';
import { type Example, examplesOf, type LayoutName, type Split } from '../data/dataset.ts';
import { features, type MissingPolicy, type WindowInputs } from '../data/model-inputs.ts';
import { DuetError, isDuetError } from '../errors.ts';
import { type Classifier, openClassifier } from '../infer/classifier.ts';
import type { WindowAnswer } from '../infer/window-classifier.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { openEvaluationData } from './evaluate.ts';
import {
  type ClipLocalisation,
  centrePrior,
  compareWithBox,
  contains,
  fittedPrior,
  type LocalisationScore,
  localisationScore,
  type Place,
  placeOf,
} from './localisation.ts';

export const localisers = ['evidence', 'attention', 'centre prior', 'fitted prior'] as const;
export type Localiser = (typeof localisers)[number];

export type LocalisedClip = {
  readonly id: string;
  readonly label: string;
  readonly predicted: string;
  readonly boxes: ClipBoxes;
  /** By each localiser that there is: the fitted prior only where there are training boxes. */
  readonly found: Readonly<Partial<Record<Localiser, ClipLocalisation>>>;
  /** Whether the evidence peaks on the silent thing, with the clip's own sound; undefined where there is none. */
  readonly peakOnDistractor: boolean | undefined;
};

export type Localisation = {
  readonly clips: readonly LocalisedClip[];
  readonly scores: Readonly<Partial<Record<Localiser, LocalisationScore>>>;
  /** Share of clips with a silent thing on which the evidence peaks; undefined where no clip has one. */
  readonly peakOnDistractor: number | undefined;
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
};

export type LocaliseOptions = {
  readonly run: string;
  /** Data with an annotations.json in its folder. */
  readonly data: string;
  readonly layout?: LayoutName | undefined;
  readonly split?: Split | 'all';
  readonly splitFile?: string | undefined;
  readonly backbone?: string | undefined;
  readonly missing?: MissingPolicy | undefined;
  readonly session?: SessionOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Sees each clip with its window's inputs, to draw it. */
  readonly onClip?: (
    clip: LocalisedClip,
    answer: WindowAnswer,
    inputs: WindowInputs,
    classifier: Classifier,
  ) => Promise<void>;
};

/**
 * Localises the middle window of each clip of a split that has a box; the box is that of the window's middle.
 * @throws DuetError when run and data do not fit, or when no clip of the split has a box or can be read.
 */
export async function localise(options: LocaliseOptions): Promise<Localisation> {
  const { split = 'test', missing, signal, onProgress, onClip } = options;
  const dataset = await openEvaluationData(split, options);
  const boxes = await readBoxes(dataset.root);
  const boxed = (chosen: Split) => examplesOf(dataset, chosen).filter(({ id }) => boxes.has(id));
  const examples = boxed(split === 'all' ? 'test' : split);
  if (examples.length === 0)
    throw new DuetError(
      `No ${split === 'all' ? '' : `${split} `}clip of "${options.data}" has a box in its annotations.json; add some.`,
    );
  // Boxes of the clips that are scored would flatter it.
  const training = split === 'all' || split === 'train' ? [] : boxed('train').map(({ id }) => boxes.get(id)!.box);
  const priors = { centre: placeOf(centrePrior()), fitted: training.length > 0 ? fittedPrior(training) : undefined };
  const classifier = await openClassifier({
    run: options.run,
    backbone: options.backbone,
    evidence: true,
    ...(options.session && { session: options.session }),
    ...(signal && { signal }),
  });
  const clips: LocalisedClip[] = [];
  const skipped: { id: string; reason: string }[] = [];
  try {
    if (classifier.adapter.config.modalities === 'audio')
      throw new DuetError(
        `${options.run} is a model of sounds alone, which has no map of the picture; name a run that looks at pictures.`,
      );
    for (const [index, example] of examples.entries()) {
      signal?.throwIfAborted();
      try {
        const inputs = await middleWindow(example, classifier, missing, signal);
        const answer = await classifier.answer(inputs);
        const clip = localisedClip(example, boxes.get(example.id)!, inputs, answer, classifier, priors);
        clips.push(clip);
        await onClip?.(clip, answer, inputs, classifier);
      } catch (error) {
        if (!isDuetError(error)) throw error;
        skipped.push({ id: example.id, reason: error.message });
      }
      onProgress?.(index + 1, examples.length);
    }
  } finally {
    await classifier.release();
  }
  if (clips.length === 0)
    throw new DuetError(`None of the ${examples.length} clips with a box can be read: ${skipped[0]!.reason}`);
  const distracted = clips.flatMap(({ peakOnDistractor }) =>
    peakOnDistractor === undefined ? [] : [peakOnDistractor],
  );
  return {
    clips,
    scores: Object.fromEntries(
      localisers.flatMap((name) => {
        const found = clips.flatMap((clip) => clip.found[name] ?? []);
        return found.length > 0 ? [[name, localisationScore(found)]] : [];
      }),
    ),
    peakOnDistractor: distracted.length > 0 ? distracted.filter(Boolean).length / distracted.length : undefined,
    skipped,
  };
}

async function middleWindow(
  { media: reference }: Example,
  { adapter, reader }: Classifier,
  missing: MissingPolicy | undefined,
  signal: AbortSignal | undefined,
): Promise<WindowInputs> {
  const media = await reader.open(reference, signal);
  try {
    return await features(media, adapter.inputs, missing);
  } finally {
    await media.close();
  }
}

function localisedClip(
  example: Example,
  boxes: ClipBoxes,
  { frame }: WindowInputs,
  { visualEvidence, visualAttention, best }: WindowAnswer,
  { adapter, grid: [rows, columns] }: Classifier,
  priors: { readonly centre: Place; readonly fitted: Place | undefined },
): LocalisedClip {
  const { id } = example;
  if (frame === undefined) throw new DuetError(`${id} has no picture to find anything in; leave it out.`);
  const compared = (place: Place) => compareWithBox(place, boxes.box, frame.width / frame.height);
  const evidence = placeOf({ values: visualEvidence!, rows, columns });
  return {
    ...{ id, label: labelOf(example), boxes },
    predicted: adapter.classes[best]!,
    found: {
      evidence: compared(evidence),
      attention: compared(placeOf({ values: visualAttention!, rows, columns })),
      'centre prior': compared(priors.centre),
      ...(priors.fitted && { 'fitted prior': compared(priors.fitted) }),
    },
    peakOnDistractor: boxes.distractor && contains(boxes.distractor.box, evidence.peak.x, evidence.peak.y),
  };
}
