// Whether a step's numbers lead anywhere.
import { DuetError } from '../errors.ts';
import { isBehindZero } from '../model/adaptation.ts';

/**
 * @param squares of each parameter's gradient the sum of its squares.
 * @param step counted from 0.
 * @throws DuetError when numbers are not finite, or all gradients of the first step zero.
 */
export function checkGradients(
  losses: Readonly<Record<string, number>>,
  squares: ReadonlyMap<string, number>,
  step: number,
  onNote: (text: string) => void,
): void {
  const total = [...squares.values()].reduce((sum, square) => sum + square, 0);
  const areFinite = Object.values(losses).every(Number.isFinite);
  if (!areFinite || !Number.isFinite(total))
    throw new DuetError(
      `The ${areFinite ? 'gradients are' : 'loss is'} not finite at step ${step + 1}; start another run with a lower learning rate (--lr).`,
    );
  if (step > 0) return;
  if (total === 0)
    throw new DuetError(
      'All gradients of the first step are zero, so nothing would be learned; give at least one loss a weight above 0.',
    );
  const still = [...squares].flatMap(([name, square]) => (square === 0 && !isBehindZero(name) ? [name] : []));
  if (still.length > 0) onNote(`No gradient in the first step for: ${still.join(', ')}.`);
}
