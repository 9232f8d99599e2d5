// Is a prediction of 80 % right four times out of five? The reliability diagram of Niculescu-Mizil and Caruana (2005).
import { accentColour, chartWidth, label, line, softColour, svg } from './chart-style.ts';
import { percent } from './format.ts';
import { element, escapeText } from './markup.ts';
import { linearScale } from './scale.ts';
import type { ReliabilityShown } from './shown.ts';

const height = 300;
const [left, right, top, floor] = [52, 14, 14, 258];

/** Accuracy over confidence, beside the diagonal where both agree; a dot's size is its number of clips. */
export function reliabilityDiagram({ bins, expectedError }: Omit<ReliabilityShown, 'kind'>): string {
  const x = linearScale([0, 1], [left, chartWidth - right]);
  const y = linearScale([0, 1], [floor, top]);
  const most = Math.max(1, ...bins.map((bin) => bin.clips));
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
    line(left, y(tick), chartWidth - right, y(tick)),
    label(percent(tick, 0), left - 7, y(tick) + 4, 'end'),
    label(percent(tick, 0), x(tick), floor + 17, tick === 1 ? 'end' : 'middle'),
  ]);
  const dots = bins.map((bin) => {
    const title = `confidence ${percent(bin.confidence, 0)}: ${percent(bin.accuracy, 0)} right of ${bin.clips}`;
    const radius = 3 + 9 * Math.sqrt(bin.clips / most);
    const place = {
      cx: x(bin.confidence),
      cy: y(bin.accuracy),
      r: radius,
      'fill-opacity': 0.75,
      style: `fill:${accentColour}`,
    };
    return element('circle', place, element('title', {}, escapeText(title)));
  });
  const description = `Accuracy over confidence in ${bins.length} bins; mean gap ${percent(expectedError)}.`;
  const diagonal = line(x(0), y(0), x(1), y(1), softColour, true);
  return svg(
    chartWidth,
    height,
    description,
    ...grid,
    diagonal,
    ...dots,
    label('confidence', (left + chartWidth - right) / 2, height - 6, 'middle'),
  );
}
