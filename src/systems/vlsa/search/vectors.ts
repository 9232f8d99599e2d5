// What an index keeps of a window, and what of it a query is compared with.
import type { ParameterValues } from '../../../model/parameters.ts';
import type { Sought, VectorSpaces } from '../../vector-spaces.ts';

/** A window's vectors: of the picture, of the sound, and of the picture's likeliest names. */
export type SearchAnswer = Readonly<
  Record<'picture_vector' | 'sound_vector' | 'name_vector' | 'by_picture' | 'by_sound' | 'by_names', Float32Array>
>;

/** How much each kind counts for words; between settings that were tried on validation clips. */
export const wordWeights = { names: 0.5, picture: 1, sound: 1 } as const;

/** @param text numbers of a text's vector, @param width those of a projection. */
export function searchVectors(text: number, width: number): VectorSpaces<SearchAnswer> {
  return {
    kinds: { names: text, picture: width, sound: width },
    ofAnswer: ({ name_vector, picture_vector, sound_vector }) => ({
      ...{ names: name_vector, picture: picture_vector, sound: sound_vector },
    }),
    ofText(vector, adapter) {
      const centred = withoutCommon(vector, adapter);
      const spoken = unit(projected(centred, adapter));
      return [
        { kind: 'names', vector: unit(centred), weight: wordWeights.names },
        { kind: 'picture', vector: spoken, weight: wordWeights.picture },
        { kind: 'sound', vector: spoken, weight: wordWeights.sound },
      ];
    },
    ofExample({ name_vector: names, picture_vector: picture, sound_vector: sound }) {
      const sought: Sought[] = [
        { kind: 'names', vector: names, weight: 1 },
        { kind: 'picture', vector: picture, weight: 1 },
        { kind: 'sound', vector: sound, weight: 1 },
      ];
      // Across the modalities only where the example has one of them.
      if (isZero(sound)) sought.push({ kind: 'sound', vector: picture, weight: 0.5 });
      if (isZero(picture)) sought.push({ kind: 'picture', vector: sound, weight: 0.5 });
      return sought.filter(({ vector }) => !isZero(vector));
    },
    usualTexts: (adapter) => rowsOf(adapter.get('names')!, text),
  };
}

function isZero(vector: Float32Array): boolean {
  return vector.every((value) => value === 0);
}

function rowsOf(values: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width));
}

/** The vector without the mean of the names' vectors. */
function withoutCommon(vector: Float32Array, adapter: ParameterValues): Float32Array {
  const rows = rowsOf(adapter.get('names')!, vector.length);
  return vector.map((value, i) => value - rows.reduce((total, row) => total + row[i]!, 0) / rows.length);
}

function projected(vector: Float32Array, adapter: ParameterValues): Float32Array {
  const weight = rowsOf(adapter.get('text_projection.weight')!, vector.length);
  const bias = adapter.get('text_projection.bias')!;
  return bias.map((value, row) => value + dot(weight[row]!, vector));
}

function dot(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}
