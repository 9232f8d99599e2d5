// What MA-AVT says of one window, and what the windows of a clip add up to.
import * as z from 'zod';
import type { Window } from '../../data/intake.ts';
import { indexOfLargest, sigmoid, softmaxRows } from '../../infer/decision.ts';
import { timelineEvents } from '../../infer/timeline.ts';
import type { Results } from '../../runtime/feeds.ts';
import type { ClassShares } from '../system.ts';

/** What the model says of one window. */
export type WindowAnswer = {
  /** Seconds on the clip's clock. */
  readonly start: number;
  readonly end: number;
  /** For each class of the adapter, summing to one. */
  readonly probabilities: readonly number[];
  /** Index of the best class. */
  readonly best: number;
  /** How likely sound and picture do not belong together; undefined for a model without a background head. */
  readonly backgroundProbability: number | undefined;
  readonly isBackground: boolean;
  /**
   * Where the model finds what sounds: [rows, columns] of patches, summing to one; of the sound over the spectrogram's
   * own axes. Undefined for a modality that the model does not take, and where it was not asked for.
   */
  readonly visualEvidence: Float32Array | undefined;
  readonly audioEvidence: Float32Array | undefined;
  /** The paper's maps: what CLS attends to in the last block. */
  readonly visualAttention: Float32Array | undefined;
  readonly audioAttention: Float32Array | undefined;
};

/** @param threshold a window is background where its background probability is above this. */
export function windowAnswer(
  outputs: Results,
  { start, end }: Pick<Window, 'start' | 'end'>,
  { classes, threshold }: { readonly classes: number; readonly threshold: number },
): WindowAnswer {
  const probabilities = [...softmaxRows(outputs.class_logits!, classes)[0]!];
  const { background_logits: backgroundLogits } = outputs;
  const backgroundProbability = backgroundLogits && sigmoid(backgroundLogits[0]!);
  return {
    ...{ start, end, probabilities, backgroundProbability },
    best: indexOfLargest(probabilities),
    isBackground: backgroundProbability !== undefined && backgroundProbability > threshold,
    visualEvidence: outputs.visual_evidence,
    audioEvidence: outputs.audio_evidence,
    visualAttention: outputs.visual_attention,
    audioAttention: outputs.audio_attention,
  };
}

const share = z.number().min(0).max(1);
const seconds = z.number();

/** What MA-AVT says of a clip: its windows and the events that they add up to; times in seconds, shares from 0 to 1. */
export const clipResultSchema = z.object({
  windows: z.array(
    z.object({
      start: seconds,
      end: seconds,
      /** The best class, or 'background'. */
      label: z.string(),
      top: z.array(z.object({ label: z.string(), probability: share })),
      backgroundProbability: share.optional(),
    }),
  ),
  events: z.array(z.object({ start: seconds, end: seconds, label: z.string(), probability: share })),
});

/** What `clipResultSchema` checks. */
export type ClipResult = z.infer<typeof clipResultSchema>;

/** What may be asked of a clip's result. */
export const resultOptionsSchema = z.object({
  top: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .meta({ flag: '--top <number>', help: 'classes to name, most probable first' }),
  threshold: share
    .default(0.5)
    .meta({ flag: '--threshold <share>', help: 'how probable an event of the timeline must be' }),
});

/** What `resultOptionsSchema` checks. */
export type ResultOptions = z.infer<typeof resultOptionsSchema>;

/** The windows with their best classes, and the events that they add up to. */
export function clipResult(
  answers: readonly WindowAnswer[],
  classes: readonly string[],
  { top, threshold }: ResultOptions,
): ClipResult {
  return {
    windows: answers.map((answer) => {
      const ranked = answer.probabilities.map((probability, index) => ({ label: classes[index]!, probability }));
      ranked.sort((a, b) => b.probability - a.probability);
      const { start, end, backgroundProbability } = answer;
      return {
        ...{ start, end, label: labelOfAnswer(answer, classes), top: ranked.slice(0, top) },
        ...(backgroundProbability !== undefined && { backgroundProbability }),
      };
    }),
    events: timelineEvents(
      answers.map((answer) => ({
        start: answer.start,
        end: answer.end,
        label: answer.isBackground ? undefined : classes[answer.best],
        probability: answer.probabilities[answer.best]!,
      })),
      threshold,
    ),
  };
}

export function answerShares({ probabilities, best, backgroundProbability, isBackground }: WindowAnswer): ClassShares {
  return { shares: probabilities, best, unrelated: backgroundProbability, isUnrelated: isBackground };
}

/** The decision: the best class, or 'background' where sound and picture do not belong together. */
export function labelOfAnswer({ isBackground, best }: WindowAnswer, classes: readonly string[]): string {
  return isBackground ? 'background' : (classes[best] ?? String(best));
}
