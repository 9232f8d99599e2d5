// Is a prediction of 80 % right four times out of five? The reliability diagram of Niculescu-Mizil and Caruana (2005).
import { accentColour, chartWidth, label, line, softColour, svg } from './chart-style.ts';
import { percent } from './format.ts';
import { element, escapeText } from './markup.ts';
import type { CalibrationBin } from './report.ts';
import { linearScale } from './scale.ts';

/** Sorts predictions into `bins` equally wide bins of confidence; empty bins are left out. */
export function calibrationBins(
  predictions: readonly { readonly confidence: number; readonly correct: boolean }[],
  bins = 10,
): CalibrationBin[] {
  const groups = Array.from({ length: bins }, () => ({ confidence: 0, right: 0, count: 0 }));
  for (const { confidence, correct } of predictions) {
    const group = groups[Math.min(bins - 1, Math.max(0, Math.floor(confidence * bins)))];
    if (group === undefined) continue;
    group.confidence += confidence;
    group.right += correct ? 1 : 0;
    group.count++;
  }
  return groups
    .filter((group) => group.count > 0)
    .map(({ confidence, right, count }) => ({ confidence: confidence / count, accuracy: right / count, count }));
}

/** The mean gap between confidence and accuracy, weighted by count (expected calibration error; Guo et al. 2017). */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  return total === 0 ? 0 : bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.confidence - bin.accuracy), 0) / total;
}

const height = 300;
const [left, right, top, floor] = [52, 14, 14, 258];

/** Accuracy over confidence, beside the diagonal where both agree; a dot's area is its count. */
export function reliabilityDiagram(bins: readonly CalibrationBin[]): string {
  const x = linearScale([0, 1], [left, chartWidth - right]);
  const y = linearScale([0, 1], [floor, top]);
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
    line(left, y(tick), chartWidth - right, y(tick)),
    label(percent(tick, 0), left - 7, y(tick) + 4, 'end'),
    label(percent(tick, 0), x(tick), floor + 17, tick === 1 ? 'end' : 'middle'),
  ]);
  const dots = bins.map((bin) => {
    const title = `confidence ${percent(bin.confidence, 0)}: ${percent(bin.accuracy, 0)} right of ${bin.count}`;
    const radius = 3 + 9 * Math.sqrt(bin.count / most);
    const place = { cx: x(bin.confidence), cy: y(bin.accuracy), r: radius, 'fill-opacity': 0.75, style: `fill:${accentColour}` };
    return element('circle', place, element('title', {}, escapeText(title)));
  });
  const description = `Accuracy over confidence in ${bins.length} bins; mean gap ${percent(calibrationError(bins))}.`;
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
