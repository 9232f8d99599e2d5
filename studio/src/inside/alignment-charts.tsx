// How the tokens draw picture and sound together, block by block, over training.
import type { CurvesShown } from '../../../src/report/shown.ts';
import { alignment } from '../state/training.ts';
import { Chart } from '../ui/chart.tsx';

export function AlignmentCharts() {
  const measured = [...alignment.value].sort((a, b) => a.epoch - b.epoch);
  const newest = measured.at(-1)!;
  const blocks = newest.matched.length;
  const chosen = [...new Set([0, Math.floor((blocks - 1) / 2), blocks - 1])];
  const overTraining: CurvesShown = {
    kind: 'curves',
    title: 'Picture and sound of one clip, over training',
    xLabel: 'epoch',
    yLabel: 'cosine',
    series: chosen.flatMap((block) => [
      { name: `block ${block + 1}`, points: measured.map(({ epoch, matched }) => ({ x: epoch, y: matched[block]! })) },
      {
        name: `block ${block + 1}, other class’s sound`,
        points: measured.map(({ epoch, mismatched }) => ({ x: epoch, y: mismatched[block]! })),
      },
    ]),
  };
  const overBlocks: CurvesShown = {
    kind: 'curves',
    title: `Block by block, ${newest.epoch === 0 ? 'before training' : `after epoch ${newest.epoch}`}`,
    xLabel: 'block',
    yLabel: 'cosine',
    series: [
      { name: 'belong together', points: newest.matched.map((y, index) => ({ x: index + 1, y })) },
      { name: 'sound of another class', points: newest.mismatched.map((y, index) => ({ x: index + 1, y })) },
    ],
  };
  return (
    <section aria-label="Alignment of picture and sound">
      <h2 class="section-title">How picture and sound come together</h2>
      <p class="quiet">
        After each block, the shared tokens of picture and sound are compared: 1 is the same direction, 0 unrelated.
        Training should lift pairs that belong together above those that do not.
      </p>
      <div class="grid charts">
        <Chart chart={overBlocks} />
        <Chart chart={overTraining} />
      </div>
    </section>
  );
}
