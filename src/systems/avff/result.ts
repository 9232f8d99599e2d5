// What the full AVFF says of a clip: slice by slice of its windows how likely they are fake, and the clip as a whole.
import * as z from 'zod';
import { sigmoid } from '../../infer/decision.ts';
import type { Results } from '../../runtime/feeds.ts';

/** A part of a window in seconds of the clip, with a logit above 0 for fake. */
export type ScoredPart = { readonly start: number; readonly end: number; readonly logit: number };

/** A window's logit and those of its slices; a head that knows no slices gives one part. */
export type AvffAnswer = ScoredPart & { readonly parts: readonly ScoredPart[] };

/**
 * @param outputs the model's for one window, without the batch axis.
 * @param seconds of a whole window; one at a clip's end may reach beyond it.
 */
export function avffAnswer(
  outputs: Results,
  { start, end }: { readonly start: number; readonly end: number },
  seconds: number,
): AvffAnswer {
  const logit = outputs.logit![0]!;
  const logits = outputs.slice_logits ?? Float32Array.of(logit);
  const length = seconds / logits.length;
  const parts = Array.from(logits, (ofPart, place) => ({
    ...{ start: start + place * length, end: Math.min(start + (place + 1) * length, end), logit: ofPart },
  })).filter((part) => part.end > part.start);
  return { start, end, logit, parts };
}

const share = z.number().min(0).max(1);

/** What is said of a clip; times in seconds. */
export const avffResultSchema = z.object({
  seconds: z.number(),
  verdict: z.enum(['real', 'fake']),
  /** Above 0 for a clip that is more like the fakes of the training than like its real clips. */
  score: z.number(),
  /** The score as a probability, if real and fake clips were equally frequent, as they were in training. */
  probability: share,
  /** Parts of the clip one after another, each with the mean of the windows that hold it. */
  timeline: z.array(z.object({ start: z.number(), end: z.number(), probability: share })),
  /** Neighbouring parts that are more likely fake than not. */
  periods: z.array(z.object({ start: z.number(), end: z.number(), score: z.number() })),
  /** No result is a proof: what was not looked at. */
  notChecked: z.array(z.string()),
});
/** What `avffResultSchema` checks. */
export type AvffResult = z.infer<typeof avffResultSchema>;

const notChecked = [
  'kinds of fakes that the training did not have',
  'traces of editing',
  'whether another encoding would turn the verdict',
];

/** @param answers of all windows of a clip in order, at least one; overlapping windows are averaged. */
export function avffResult(answers: readonly AvffAnswer[]): AvffResult {
  const score = answers.reduce((sum, { logit }) => sum + logit, 0) / answers.length;
  const timeline = meanParts(answers.flatMap(({ parts }) => parts));
  return {
    seconds: answers.at(-1)!.end - answers[0]!.start,
    verdict: score > 0 ? 'fake' : 'real',
    ...{ score, probability: sigmoid(score) },
    timeline: timeline.map(({ start, end, logit }) => ({ start, end, probability: sigmoid(logit) })),
    periods: periodsOf(timeline),
    notChecked,
  };
}

/** Parts between all beginnings and ends, each with the mean logit of those that hold it. */
function meanParts(parts: readonly ScoredPart[]): ScoredPart[] {
  const least = 1e-6;
  const edges = [...new Set(parts.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  return edges.slice(1).flatMap((end, place) => {
    const start = edges[place]!;
    const holding = parts.filter((part) => part.start < end - least && part.end > start + least);
    if (end - start < least || holding.length === 0) return [];
    return [{ start, end, logit: holding.reduce((sum, { logit }) => sum + logit, 0) / holding.length }];
  });
}

/** Neighbouring parts with a logit above 0 as one period, with its highest logit. */
export function periodsOf(parts: readonly ScoredPart[]): { start: number; end: number; score: number }[] {
  const periods: { start: number; end: number; score: number }[] = [];
  for (const { start, end, logit } of parts) {
    if (logit <= 0) continue;
    const last = periods.at(-1);
    if (last && start - last.end < 1e-6) Object.assign(last, { end, score: Math.max(last.score, logit) });
    else periods.push({ start, end, score: logit });
  }
  return periods;
}
