// What the text encoder is asked for each class, and the localiser asked for other classes than it was trained on.
import type { ParameterValues } from '../../model/parameters.ts';
import type { EventKind, NetworkConfig } from './config.ts';

const sentences: Readonly<Record<EventKind, (name: string) => string>> = {
  TAL: (name) => `A visual event of ${name}.`,
  SED: (name) => `A sound event of ${name}.`,
  AVEL: (name) => `An audio visual event of ${name}.`,
};

/**
 * The text of a class: in a sentence about its kind, as published, or its bare name, which suits encoders that add up
 * the words' own vectors.
 */
export function classText(name: string, kind: EventKind, form: 'sentence' | 'name'): string {
  return form === 'sentence' ? sentences[kind](name) : name;
}

/** How sharply new names choose among the trained classes: the temperature of their cosines. */
const temperature = 0.05;
/** A name whose cosine with every class is below this is like none of them. */
const leastCosine = 0.3;

/**
 * Shares of the trained classes in each asked one, [asked][trained], each row summing to one: the softmax of how alike
 * their texts are.
 * @param asked, trained unit vectors of the same text encoder.
 * @param least a last column is for none of the classes, as if one more had this cosine.
 */
export function sharesOfClasses(
  asked: readonly Float32Array[],
  trained: readonly Float32Array[],
  least?: number,
): number[][] {
  return asked.map((vector) => {
    const cosines = trained.map((other) => vector.reduce((sum, value, i) => sum + value * other[i]!, 0));
    if (least !== undefined) cosines.push(least);
    const best = Math.max(...cosines);
    const weights = cosines.map((cosine) => Math.exp((cosine - best) / temperature));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}

/**
 * The localiser's parameters for other classes. Rows of pictures and sounds know only the trained classes, so an asked
 * one is looked for by those whose names are like its own: their texts and their distances to an event's ends are mixed.
 * Its least score is mixed too, and near 1 for a name that is like none.
 * @param asked unit vectors of the text encoder that the adapter was trained with.
 */
export function withOtherClasses(
  parameters: ParameterValues,
  task: string,
  asked: readonly Float32Array[],
  { tasks }: Pick<NetworkConfig, 'tasks'>,
): ParameterValues {
  const { classes, classAware } = tasks[task]!;
  const texts = parameters.get(`text.${task}`)!;
  const width = texts.length / classes;
  const trained = Array.from({ length: classes }, (_, label) => texts.subarray(label * width, (label + 1) * width));
  const shares = sharesOfClasses(asked, trained);
  // Where classes are not distinguished, one pair of distances serves all.
  const distances = classAware ? ['weight', 'bias'].map((part) => `reg_head.offset_head.${task}.conv.${part}`) : [];
  const leastScores = Float32Array.of(...parameters.get(`threshold.${task}`)!, 1);
  return new Map([
    ...parameters,
    ...distances.map((name) => [name, mixed(parameters.get(name)!, shares)] as const),
    [`text.${task}`, unitRows(mixed(texts, shares), width)],
    [`threshold.${task}`, mixed(leastScores, sharesOfClasses(asked, trained, leastCosine))],
  ]);
}

/** Of values [trained, ...] those of each asked class, [asked, ...]. */
function mixed(values: Float32Array, shares: readonly (readonly number[])[]): Float32Array {
  const perClass = values.length / shares[0]!.length;
  return Float32Array.from({ length: shares.length * perClass }, (_, index) => {
    const [asked, place] = [Math.floor(index / perClass), index % perClass];
    return shares[asked]!.reduce((sum, share, label) => sum + share * values[label * perClass + place]!, 0);
  });
}

function unitRows(values: Float32Array, width: number): Float32Array {
  const rows = Array.from({ length: values.length / width }, (_, row) =>
    values.subarray(row * width, (row + 1) * width),
  );
  return Float32Array.from(rows.flatMap((row) => [...row].map((value) => value / Math.hypot(...row))));
}
