// What the mask form says of a window without its sound: how much of it belongs to what is in view.
import * as z from 'zod';
import type { Window } from '../../data/intake.ts';
import type { Shown } from '../../report/shown.ts';
import type { Results } from '../../runtime/feeds.ts';

const share = z.number().min(0).max(1);

/** How much of each window's sound, from 0 to 1, belongs to what is in view; times in seconds. */
export const extractResultSchema = z.object({
  /** Mean of the mask over a window's frames and bands. */
  windows: z.array(z.object({ start: z.number(), end: z.number(), share })),
  /** Over all windows. */
  share,
});

/** What `extractResultSchema` checks. */
export type ExtractResult = z.infer<typeof extractResultSchema>;
/** The same of one window. */
export type ExtractAnswer = ExtractResult['windows'][number];

export const extractOptionsSchema = z.object({});

export function extractAnswer({ mask }: Results, { start, end }: Pick<Window, 'start' | 'end'>): ExtractAnswer {
  return { start, end, share: mask!.reduce((total, value) => total + value, 0) / mask!.length };
}

export function extractResult(answers: readonly ExtractAnswer[]): ExtractResult {
  const total = answers.reduce((sum, { share }) => sum + share, 0);
  return { windows: [...answers], share: total / Math.max(1, answers.length) };
}

/** The headline, and each window where there are several. */
export function extractSummary({ windows, share }: ExtractResult): {
  readonly headline: string;
  readonly shown: readonly Shown[];
} {
  const columns = [
    { name: 'from', kind: 'number' },
    { name: 'to', kind: 'number' },
    { name: 'kept', kind: 'share' },
  ] as const;
  const rows = windows.map(({ start, end, share }) => [start.toFixed(1), end.toFixed(1), share] as const);
  return {
    headline: `${(100 * share).toFixed(0)} % of the sound’s bands are kept for what is in view`,
    shown: windows.length > 1 ? [{ kind: 'table', columns, rows }] : [],
  };
}
