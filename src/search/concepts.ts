// Names that a classifier knows, as a bridge between pictures and words: what a picture is likely to be, said as a
// vector of a text encoder, and a query said as names.
// Shapes: K names, T numbers of a text's vector.

export type Concepts = {
  /** [K, T]: the text encoder's unit vector of "a photo of a NAME"; of a class with several names their mean. */
  readonly vectors: Float32Array;
  readonly width: number;
  /** [T]: the mean of the vectors, which all texts have in common. */
  readonly mean: Float32Array;
};

/** Names that a pseudo caption is made of. */
const mostNames = 50;
const temperature = 2;
const queryScale = 20;

export function createConcepts(vectors: Float32Array, width: number): Concepts {
  const mean = new Float32Array(width);
  const count = vectors.length / width;
  for (let i = 0; i < vectors.length; i++) mean[i % width]! += vectors[i]! / count;
  return { vectors, width, mean };
}

/** A text's vector without what all texts have in common, as captions and queries enter the projections. */
export function centred(vector: Float32Array, { mean }: Concepts): Float32Array {
  return vector.map((value, i) => value - mean[i]!);
}

/** softmax(logits / 2) [K]: less sure than the classifier is, as what it does not know is in most pictures too. */
export function likelihoods(logits: Float32Array): Float32Array {
  return softmax(logits.map((logit) => logit / temperature));
}

/** The 50 likeliest names, their likelihoods as shares of one; 0 for all others. */
export function mostLikely(likely: Float32Array): Float32Array {
  const order = [...likely.keys()].sort((a, b) => likely[b]! - likely[a]!).slice(0, mostNames);
  const sum = order.reduce((total, name) => total + likely[name]!, 0);
  const kept = new Float32Array(likely.length);
  for (const name of order) kept[name] = likely[name]! / sum;
  return kept;
}

/** A query as shares of names, [K]: softmax(20 cosines). A window's score is the product with its likelihoods. */
export function querySpread(query: Float32Array, { vectors, width }: Concepts): Float32Array {
  const scores = new Float32Array(vectors.length / width);
  for (let i = 0; i < vectors.length; i++)
    scores[Math.floor(i / width)]! += queryScale * vectors[i]! * query[i % width]!;
  return softmax(scores);
}

/** Shares of one. */
export function softmax(scores: Float32Array): Float32Array {
  const largest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const weights = scores.map((score) => Math.exp(score - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
