// Curves as the report pages draw them.
import { lineChart } from '../../../src/report/line-chart.ts';
import type { CurvesShown } from '../../../src/report/shown.ts';

/** The chart escapes every text that it is given. */
export function Chart({ chart }: { readonly chart: CurvesShown }) {
  return (
    <figure class="panel chart-panel">
      <figcaption>{chart.title}</figcaption>
      <div dangerouslySetInnerHTML={{ __html: lineChart(chart) }} />
    </figure>
  );
}
