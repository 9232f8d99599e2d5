// What a reader's inputs came to.
import type { Ending } from './ending.ts';

export type Tally = { read: number; refused: number; faults: { readonly index: number; readonly what: string }[] };

export function count(tally: Tally, index: number, ending: Ending): void {
  if (ending.kind === 'fault') tally.faults.push({ index, what: ending.what });
  else tally[ending.kind]++;
}
