// What the search model says of a clip, and how it is shown: how near its windows are to the classes of the run.
import * as z from 'zod';
import { type InputSettings, spectrogramSizeOf } from '../../../data/settings.ts';
import { frequencyScale } from '../../../report/frequency-scale.ts';
import type { Shown } from '../../../report/shown.ts';
import { frontEnds } from '../../../signal/front-ends.ts';
import type { ShownWindow } from '../../system.ts';
import { knownWeights, type SearchAnswer } from './vectors.ts';

/** What the search model says of a clip. */
export const searchResultSchema = z.object({
  classes: z
    .array(z.object({ label: z.string(), score: z.number() }))
    .describe('the nearest first; a score is a mean of cosines, -1 to 1'),
});
/** What `searchResultSchema` checks. */
export type SearchResult = z.infer<typeof searchResultSchema>;

/** Of the windows that show a class best. */
export function searchResult(answers: readonly SearchAnswer[], labels: readonly string[]): SearchResult {
  const { picture, sound } = knownWeights;
  const scoreOf = ({ by_picture, by_sound }: SearchAnswer, index: number) =>
    (picture * by_picture[index]! + sound * by_sound[index]!) / (picture + sound);
  const classes = labels.map((label, index) => ({
    label,
    score: answers.reduce((most, answer) => Math.max(most, scoreOf(answer, index)), -1),
  }));
  return { classes: classes.sort((a, b) => b.score - a.score) };
}

export function searchSummary({ classes }: SearchResult): { headline: string; shown: readonly Shown[] } {
  const [best] = classes;
  const rows = classes.slice(0, 5).map(({ label, score }) => [label, score.toFixed(2)] as const);
  return {
    headline: best ? `nearest to ${best.label} (${best.score.toFixed(2)})` : 'no classes',
    shown: [{ kind: 'numbers', rows }],
  };
}

/** Frame and spectrogram of each window. */
export function searchShown(windows: readonly ShownWindow<SearchAnswer>[], settings: InputSettings): readonly Shown[] {
  const { axes, seconds } = frontEnds[settings.frontEnd];
  const frequency = frequencyScale(settings.frontEnd);
  return windows.map(({ name, window: { frame, inputs } }) => ({
    kind: 'card',
    title: name,
    shown: [
      ...(frame ? [{ kind: 'picture', picture: frame, caption: 'Picture' } as const] : []),
      ...(inputs.spectrogram
        ? [
            {
              ...({ kind: 'spectrogram', values: inputs.spectrogram as Float32Array, caption: 'Sound' } as const),
              ...{ ...spectrogramSizeOf(settings), axes, seconds, frequency },
            },
          ]
        : []),
    ],
  }));
}
