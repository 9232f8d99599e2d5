// What an index keeps of a window, and what of it a query is compared with.
import type { ParameterValues } from '../../../model/parameters.ts';
import { softmax } from '../../../search/concepts.ts';
import type { Sought, VectorSpaces } from '../../vector-spaces.ts';

/** A window's vectors: of the picture, of the sound, and of the picture's likeliest names. */
export type SearchAnswer = Readonly<
  Record<'picture_vector' | 'sound_vector' | 'name_vector' | 'by_picture' | 'by_sound', Float32Array>
>;

type Weights = Readonly<Record<'names' | 'picture' | 'sound', number>>;

/**
 * How much each kind counts for words near a class of the training, whose pictures and sounds the projections know. All
 * weights were chosen on validation clips, of classes that were trained and of classes that were left out of it.
 */
export const knownWeights: Weights = { names: 0, picture: 1, sound: 1 };
/** And for other words: what the classifier knows counts most. */
const otherWeights: Weights = { names: 1, picture: 0.25, sound: 0.1 };
/** Cosines with the nearest class up to which words are other words, and from which on they are near it. */
const nearness = { other: 0.4, near: 0.5 } as const;
/** Near words are spread over the classes: softmax(20 cosines). */
export const spreadScale = 20;

/** @param text numbers of a text's vector, @param width those of a projection. */
export function searchVectors(text: number, width: number): VectorSpaces<SearchAnswer> {
  return {
    kinds: { names: text, picture: width, sound: width },
    ofAnswer: ({ name_vector, picture_vector, sound_vector }) => ({
      ...{ names: name_vector, picture: picture_vector, sound: sound_vector },
    }),
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
    texts(adapter) {
      const usual = rowsOf(adapter.get('names')!, text);
      const common = meanOf(usual);
      const centred = (vector: Float32Array) => vector.map((value, i) => value - common[i]!);
      const classes = rowsOf(adapter.get('classes')!, text).map((row) => {
        const own = centred(row);
        return { named: unit(own), spoken: unit(projected(own, adapter)) };
      });
      return {
        usual,
        ofText(vector) {
          const own = centred(vector);
          const named = unit(own);
          const cosines = Float32Array.from(classes, (one) => dot(one.named, named));
          const most = cosines.reduce((best, cosine) => Math.max(best, cosine), -1);
          const near = Math.min(1, Math.max(0, (most - nearness.other) / (nearness.near - nearness.other)));
          const shares = softmax(cosines.map((cosine) => spreadScale * cosine));
          const spread = (kind: 'named' | 'spoken') =>
            unit(
              sumOf(
                classes.map((one) => one[kind]),
                shares,
              ),
            );
          return [
            ...(near > 0 ? asKinds(spread('named'), spread('spoken'), knownWeights, near) : []),
            ...(near < 1 ? asKinds(named, unit(projected(own, adapter)), otherWeights, 1 - near) : []),
          ];
        },
      };
    },
  };
}

function asKinds(named: Float32Array, spoken: Float32Array, weights: Weights, share: number): readonly Sought[] {
  const sought = [
    { kind: 'names', vector: named, weight: share * weights.names },
    { kind: 'picture', vector: spoken, weight: share * weights.picture },
    { kind: 'sound', vector: spoken, weight: share * weights.sound },
  ];
  return sought.filter(({ weight }) => weight > 0);
}

/** Of vectors, each by how much it counts. */
function sumOf(rows: readonly Float32Array[], weights: ArrayLike<number>): Float32Array {
  const sum = new Float32Array(rows[0]!.length);
  for (const [row, values] of rows.entries())
    for (const [i, value] of values.entries()) sum[i]! += weights[row]! * value;
  return sum;
}

function isZero(vector: Float32Array): boolean {
  return vector.every((value) => value === 0);
}

function rowsOf(values: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width));
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  return sumOf(rows, new Float32Array(rows.length).fill(1 / rows.length));
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
