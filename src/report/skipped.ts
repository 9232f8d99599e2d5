// Files that were left out, as a section of a report.
import type { ShownSection } from './shown.ts';

export function skippedSection(skipped: readonly { readonly path: string; readonly reason: string }[]): ShownSection {
  const columns = ['file', 'why'].map((name) => ({ name, kind: 'text' }) as const);
  const rows = skipped.map(({ path, reason }) => [path, reason]);
  const note = 'These files could not be read and were left out.';
  return {
    id: 'skipped',
    title: 'Skipped files',
    shown: rows.length > 0 ? [{ kind: 'table', note, columns, rows }] : [],
  };
}
