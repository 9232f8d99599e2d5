// Position embeddings for sequences that are one token longer than the backbone's table.
import type { MaAvtConfig } from './settings.ts';

/** Position rows of CLS, patches and, if there is one, BG, from the backbone's table, [1 + P, C] values. */
export function positionRows(table: Float32Array, { vit, background, positions }: MaAvtConfig): Float32Array {
  if (!background) return table;
  return positions === 'exact'
    ? appendZeroRow(table, vit.width)
    : stretchRows(table, vit.width, table.length / vit.width + 1);
}

/**
 * Stretches a table along its token axis by linear interpolation, half-pixel centres, edges clamped
 * (what `interpolate(mode='linear', align_corners=False)` does in PyTorch).
 * @param table rows x width values.
 * @returns newRows x width values.
 */
function stretchRows(table: Float32Array, width: number, newRows: number): Float32Array {
  const rows = table.length / width;
  const stretched = new Float32Array(newRows * width);
  for (let row = 0; row < newRows; row++) {
    const centre = Math.max(0, ((row + 0.5) * rows) / newRows - 0.5);
    const low = Math.min(Math.floor(centre), rows - 1);
    const high = Math.min(low + 1, rows - 1);
    const part = centre - low;
    for (let i = 0; i < width; i++)
      stretched[row * width + i] = table[low * width + i]! * (1 - part) + table[high * width + i]! * part;
  }
  return stretched;
}

/** The table with a row of zeros after its last: every token keeps its own row, the added one gets none. */
function appendZeroRow(table: Float32Array, width: number): Float32Array {
  const extended = new Float32Array(table.length + width);
  extended.set(table);
  return extended;
}
