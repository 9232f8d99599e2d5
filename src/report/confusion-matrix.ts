// Who was taken for whom: rows are the truth, columns the prediction, colour the share of the row.
import { accentColour, lineColour, svg } from './chart-style.ts';
import { percent } from './format.ts';
import { element, escapeText } from './markup.ts';
import type { MatrixShown } from './shown.ts';

type ConfusionMatrix = Omit<MatrixShown, 'kind'>;

// More classes than this make a table that nobody can read: they get a picture of the cells that are not empty.
const tableLimit = 24;

/**
 * A table for up to 24 classes, else a picture. Counts are written out, the row's shares are in colour and hover text.
 */
export function confusionMatrix(matrix: ConfusionMatrix): string {
  return matrix.classes.length <= tableLimit ? matrixTable(matrix) : matrixPicture(matrix);
}

/** The most frequent mistakes, worst first. */
export function worstConfusions(
  matrix: ConfusionMatrix,
  most: number,
): { truth: string; predicted: string; count: number; share: number }[] {
  return matrix.counts
    .flatMap((row, truth) =>
      row.flatMap((count, predicted) =>
        truth === predicted || count === 0
          ? []
          : [
              {
                truth: matrix.classes[truth] as string,
                predicted: matrix.classes[predicted] as string,
                count,
                share: count / total(row),
              },
            ],
      ),
    )
    .sort((a, b) => b.count - a.count || b.share - a.share)
    .slice(0, most);
}

function total(row: readonly number[]): number {
  return row.reduce((sum, count) => sum + count, 0);
}

function matrixTable({ classes, counts }: ConfusionMatrix): string {
  const corner = element('td', { class: 'corner' }, 'true class ↓ &ensp; predicted →');
  const heads = classes.map((name) => element('th', { scope: 'col' }, element('span', {}, escapeText(name))));
  const rows = counts.map((row, truth) => {
    const sum = total(row);
    const cells = row.map((count, predicted) => {
      const share = sum === 0 ? 0 : count / sum;
      const text = count === 0 ? '<span class="none">·</span>' : String(count);
      const title = `${classes[truth]} predicted as ${classes[predicted]}: ${count} of ${sum} (${percent(share, 0)})`;
      const attributes = { title, class: cellClass(truth === predicted, share), style: `--share:${share.toFixed(3)}` };
      return element('td', attributes, text);
    });
    return element('tr', {}, element('th', { scope: 'row' }, escapeText(classes[truth] ?? '')), ...cells);
  });
  const caption = element(
    'caption',
    {},
    'Rows are the true classes, columns the predicted ones; colour is the share of the row.',
  );
  return element(
    'table',
    { class: 'confusion' },
    caption,
    element('thead', {}, element('tr', {}, corner, ...heads)),
    element('tbody', {}, ...rows),
  );
}

function cellClass(right: boolean, share: number): string {
  return `${right ? 'right' : 'wrong'}${share > 0.55 ? ' strong' : ''}`;
}

function matrixPicture({ classes, counts }: ConfusionMatrix): string {
  const side = 640;
  const cell = side / classes.length;
  const cells = counts.flatMap((row, truth) => {
    const sum = total(row);
    return row.flatMap((count, predicted) => {
      if (count === 0) return [];
      const title = element(
        'title',
        {},
        escapeText(`${classes[truth]} predicted as ${classes[predicted]}: ${count} of ${sum}`),
      );
      const colour = truth === predicted ? accentColour : 'var(--series-2, #c2571a)';
      const box = { x: predicted * cell, y: truth * cell, width: cell, height: cell };
      return [element('rect', { ...box, 'fill-opacity': Math.max(0.15, count / sum), style: `fill:${colour}` }, title)];
    });
  });
  const right = counts.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const all = counts.reduce((sum, row) => sum + total(row), 0);
  const frame = element('rect', {
    x: 0.5,
    y: 0.5,
    width: side - 1,
    height: side - 1,
    fill: 'none',
    style: `stroke:${lineColour}`,
  });
  return svg(
    side,
    side,
    `Confusion matrix of ${classes.length} classes: ${right} of ${all} on the diagonal.`,
    ...cells,
    frame,
  );
}
