// What a run measures beside its metrics, over training.
import type { StoredDiagnosis } from '../storage/database.ts';
import { Chart } from '../ui/chart.tsx';

export function Diagnosis({ diagnosis }: { readonly diagnosis: StoredDiagnosis }) {
  return (
    <section aria-label={diagnosis.title}>
      <h2 class="section-title">{diagnosis.title}</h2>
      <p class="quiet">{diagnosis.note}</p>
      <div class="grid charts">
        {diagnosis.shown.map((one) => one.kind === 'curves' && <Chart key={one.title} chart={one} />)}
      </div>
    </section>
  );
}
