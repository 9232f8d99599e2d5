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

/**
 * Shares of the trained classes in each asked one, [asked][trained], each row summing to one: the softmax of how alike
 * their texts are.
 * @param asked, trained unit vectors of the same text encoder.
 */
export function sharesOfClasses(asked: readonly Float32Array[], trained: readonly Float32Array[]): number[][] {
  return asked.map((vector) => {
    const cosines = trained.map((other) => vector.reduce((sum, value, i) => sum + value * other[i]!, 0));
    const best = Math.max(...cosines);
    const weights = cosines.map((cosine) => Math.exp((cosine - best) / temperature));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}

/**
 * The localiser's parameters for other classes. Its scores follow from the classes' texts; the distances to an event's
 * ends, which every trained class has for itself, and the least scores are mixed from those of the classes that an asked
 * one is like.
 * @param asked unit vectors of the text encoder that the adapter was trained with.
 */
export function withOtherClasses(
  parameters: ParameterValues,
  task: string,
  asked: readonly Float32Array[],
  { tasks }: Pick<NetworkConfig, 'tasks'>,
): ParameterValues {
  const { classes, classAware } = tasks[task]!;
  const [textName, texts] = [`text.${task}`, parameters.get(`text.${task}`)!];
  const width = texts.length / classes;
  const trained = Array.from({ length: classes }, (_, label) => texts.subarray(label * width, (label + 1) * width));
  const shares = sharesOfClasses(asked, trained);
  const mixed = (values: Float32Array): Float32Array => {
    // Of distances two outputs a class: to the start, then to the end.
    const perClass = values.length / classes;
    return Float32Array.from({ length: shares.length * perClass }, (_, index) => {
      const [ofAsked, place] = [Math.floor(index / perClass), index % perClass];
      return shares[ofAsked]!.reduce((sum, share, label) => sum + share * values[label * perClass + place]!, 0);
    });
  };
  // Where classes are not distinguished, one pair of distances serves all.
  const distances = classAware ? ['weight', 'bias'].map((part) => `reg_head.offset_head.${task}.conv.${part}`) : [];
  const mixedNames = [`threshold.${task}`, ...distances];
  return new Map([
    ...[...parameters].map(([name, values]) => [name, mixedNames.includes(name) ? mixed(values) : values] as const),
    [textName, Float32Array.from(asked.flatMap((vector) => [...vector]))],
  ]);
}
