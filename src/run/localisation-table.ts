// How well maps, and guesses without looking, find what sounds, as a table.
import type { TableShown } from '../report/shown.ts';
import type { Localisation } from './localise-node.ts';

const note =
  'Maps compared with the boxes of the things that sound, and with two guesses that look at nothing: the middle of the picture, and what the training boxes have in common. ' +
  'The centre error is a share of the picture’s diagonal, lower is better; the others are shares of clips, AUC the area under that over the overlap asked for.';

export function localisationTable(scores: Localisation['scores']): TableShown {
  const share = (name: string) => ({ name, kind: 'share' }) as const;
  return {
    kind: 'table',
    note,
    columns: [
      { name: 'map', kind: 'text' },
      { name: 'clips', kind: 'number' },
      ...['centre error', 'IoU ≥ 0.5', 'AUC', 'peak in box'].map(share),
    ],
    rows: Object.entries(scores).map(([name, { clips, centreError, iouAtHalf, auc, peakInBox }]) => [
      name,
      ...[clips, centreError, iouAtHalf, auc, peakInBox],
    ]),
  };
}
