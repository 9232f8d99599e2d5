// Mean and deviation of every feature over the rows of the training clips.
import type { ClipRows } from './clip-rows.ts';

/** A feature that hardly varies is left as it is. */
const leastDeviation = 1e-6;

type MeasuredRows = Pick<ClipRows, 'steps' | 'visual' | 'audio'>;

/** Values of the parameters `rows.*` of the events model. A modality that a clip lacks is empty and counts nowhere; of one that all lack there are none. */
export async function rowStatistics(
  clips: AsyncIterable<MeasuredRows> | Iterable<MeasuredRows>,
): Promise<Map<string, Float32Array>> {
  const sums = { visual: emptySums(), audio: emptySums() };
  for await (const clip of clips)
    for (const modality of ['visual', 'audio'] as const)
      if (clip[modality].length > 0) addRows(sums[modality], clip[modality], clip.steps);
  return new Map(
    Object.entries(sums)
      .filter(([, { rows }]) => rows > 0)
      .flatMap(([modality, { rows, sum, squares }]): [string, Float32Array][] => {
        const mean = sum.map((total) => total / rows);
        const factor = squares.map((total, i) => {
          const deviation = Math.sqrt(Math.max(0, total / rows - mean[i]! ** 2));
          return deviation < leastDeviation ? 1 : 1 / deviation;
        });
        return [
          [`rows.${modality}.mean`, Float32Array.from(mean)],
          [`rows.${modality}.factor`, Float32Array.from(factor)],
        ];
      }),
  );
}

type Sums = { rows: number; sum: Float64Array; squares: Float64Array };

function emptySums(): Sums {
  return { rows: 0, sum: new Float64Array(0), squares: new Float64Array(0) };
}

function addRows(sums: Sums, values: Float32Array, steps: number): void {
  const width = values.length / steps;
  if (sums.rows === 0) Object.assign(sums, { sum: new Float64Array(width), squares: new Float64Array(width) });
  sums.rows += steps;
  for (const [index, value] of values.entries()) {
    sums.sum[index % width]! += value;
    sums.squares[index % width]! += value * value;
  }
}
