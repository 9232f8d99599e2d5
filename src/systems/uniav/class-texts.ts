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
 * ends, which every trained class has for itself, are mixed from those of the classes that an asked one is like.
 * @param shares as `sharesOfClasses` gives them.
 */
export function withOtherClasses(
  parameters: ParameterValues,
  task: string,
  shares: readonly (readonly number[])[],
  { tasks }: Pick<NetworkConfig, 'tasks'>,
): ParameterValues {
  const { classes, classAware } = tasks[task]!;
  if (!classAware) return parameters; // One pair of distances serves all classes.
  const mixed = (values: Float32Array): Float32Array => {
    // Two outputs a class: the distance to the start, then that to the end.
    const perClass = values.length / classes;
    return Float32Array.from({ length: shares.length * perClass }, (_, index) => {
      const [asked, place] = [Math.floor(index / perClass), index % perClass];
      return shares[asked]!.reduce((sum, share, trained) => sum + share * values[trained * perClass + place]!, 0);
    });
  };
  const names = ['weight', 'bias'].map((part) => `reg_head.offset_head.${task}.conv.${part}`);
  return new Map([...parameters].map(([name, values]) => [name, names.includes(name) ? mixed(values) : values]));
}
