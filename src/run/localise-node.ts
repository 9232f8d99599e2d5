// A run asked where clips sound, compared with their boxes and with guesses that look at nothing.
import { labelOf } from '../data/annotation.ts';
import { type ClipBoxes, readBoxes } from '../data/boxes-node.ts';
import { type Example, examplesOf, type Split } from '../data/dataset.ts';
import type { Window } from '../data/intake.ts';
import { DuetError, isDuetError } from '../errors.ts';
import { type EvaluateOptions, openEvaluationData } from './evaluate-node.ts';
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
import { systemOf } from './open-adapter-node.ts';
import { type FilePredictor, openFilePredictor, type PredictedWindow } from './predict-node.ts';

/** A map by its system's name for it, or a guess that looks at nothing. */
export type Localiser = string;

export type LocalisedClip = {
  readonly id: string;
  readonly label: string;
  readonly predicted: string;
  readonly boxes: ClipBoxes;
  /** By each localiser that there is: the fitted prior only where there are training boxes. */
  readonly found: Readonly<Record<Localiser, ClipLocalisation>>;
  /**
   * Whether the system's usual map peaks on the silent thing, with the clip's own sound; undefined where there is none.
   */
  readonly peakOnDistractor: boolean | undefined;
};

/** How often each kind of map peaks on the thing that sounds. */
export type Localisation = {
  readonly clips: readonly LocalisedClip[];
  readonly scores: Readonly<Record<Localiser, LocalisationScore>>;
  /** Share of clips with a silent thing on which the usual map peaks; undefined where no clip has one. */
  readonly peakOnDistractor: number | undefined;
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
};

/** Of data with an annotations.json in its folder. */
export type LocaliseOptions = Omit<EvaluateOptions, 'batch' | 'workers' | 'onEvent'> & {
  /** Called after each clip. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Sees each clip with its window, to draw it. */
  readonly onClip?: (clip: LocalisedClip, window: PredictedWindow, predictor: FilePredictor) => void;
};

/**
 * Localises the middle window of each clip of a split that has a box; the box is that of the window's middle.
 * @throws DuetError when run and data do not fit, or when no clip of the split has a box or can be read.
 */
export async function localise(options: LocaliseOptions): Promise<Localisation> {
  const { split = 'test', missing, signal, onProgress, onClip } = options;
  const { annotation } = await systemOf(options.run);
  const dataset = await openEvaluationData(split, { ...options, annotation });
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
  const { run, backbone, session } = options;
  const predictor = await openFilePredictor({ run, backbone, missing, session, signal, shown: true });
  const clips: LocalisedClip[] = [];
  const skipped: { id: string; reason: string }[] = [];
  try {
    const { system, open } = predictor.adapter;
    if (!open.maps || !open.intake.middleWindow)
      throw new DuetError(`${run} is a run of ${system.name} and has no map of the picture; name a run that has one.`);
    for (const [index, example] of examples.entries()) {
      signal?.throwIfAborted();
      try {
        const window = await middleWindow(example, predictor, signal);
        const answer = await predictor.answer(window);
        const clip = localisedClip(example, boxes.get(example.id)!, { window, answer }, predictor, priors);
        clips.push(clip);
        onClip?.(clip, { window, answer }, predictor);
      } catch (error) {
        if (!isDuetError(error)) throw error;
        skipped.push({ id: example.id, reason: error.message });
      }
      onProgress?.(index + 1, examples.length);
    }
  } finally {
    await predictor.release();
  }
  if (clips.length === 0)
    throw new DuetError(`None of the ${examples.length} clips with a box can be read: ${skipped[0]!.reason}`);
  const distracted = clips.flatMap(({ peakOnDistractor }) =>
    peakOnDistractor === undefined ? [] : [peakOnDistractor],
  );
  return {
    clips,
    scores: Object.fromEntries(
      Object.keys(clips[0]!.found).map((name) => [name, localisationScore(clips.map(({ found }) => found[name]!))]),
    ),
    peakOnDistractor: distracted.length > 0 ? distracted.filter(Boolean).length / distracted.length : undefined,
    skipped,
  };
}

async function middleWindow(
  { media: reference }: Example,
  { adapter, reader }: FilePredictor,
  signal: AbortSignal | undefined,
): Promise<Window> {
  const media = await reader.open(reference, signal);
  try {
    return await adapter.open.intake.middleWindow!(media);
  } finally {
    await media.close();
  }
}

type Priors = { readonly centre: Place; readonly fitted: Place | undefined };

function localisedClip(
  example: Example,
  boxes: ClipBoxes,
  { window: { frame }, answer }: PredictedWindow,
  { adapter: { open }, result }: FilePredictor,
  priors: Priors,
): LocalisedClip {
  const { id } = example;
  if (frame === undefined) throw new DuetError(`${id} has no picture to find anything in; leave it out.`);
  const compared = (place: Place) => compareWithBox(place, boxes.box, frame.width / frame.height);
  const maps = Object.entries(open.maps!(answer)).flatMap(([name, map]) =>
    map ? [[name, placeOf(map)] as const] : [],
  );
  const [usual] = maps;
  if (!usual) throw new DuetError(`The model takes no pictures, so that it has no map of one; name another run.`);
  return {
    ...{ id, label: labelOf(example), boxes },
    predicted: open.summary(result([answer])).headline,
    found: Object.fromEntries([
      ...maps.map(([name, place]) => [name, compared(place)] as const),
      ['centre prior', compared(priors.centre)],
      ...(priors.fitted ? [['fitted prior', compared(priors.fitted)] as const] : []),
    ]),
    peakOnDistractor: boxes.distractor && contains(boxes.distractor.box, usual[1].peak.x, usual[1].peak.y),
  };
}
