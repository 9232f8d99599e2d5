// What a system gives to index and search: windows and queries as vectors of a few kinds, which are compared by cosine.
import type { ParameterValues } from '../model/parameters.ts';

/** What windows are compared with: a unit vector in the space of a kind, and how much it counts. */
export type Sought = { readonly kind: string; readonly vector: Float32Array; readonly weight: number };

export type VectorSpaces<Answer = unknown> = {
  /** Numbers of a vector, by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** A window's unit vectors by kind; zeros where the window has nothing of that kind. */
  ofAnswer(answer: Answer): Readonly<Record<string, Float32Array>>;
  /** What is like a window. */
  ofExample(answer: Answer): readonly Sought[];
  /** How texts are compared with windows by an adapter; what all texts share is computed here, once. */
  texts(adapter: ParameterValues): TextSpaces;
};

export type TextSpaces = {
  /** @param text a text's unit vector by the built-in text encoder. */
  ofText(text: Float32Array): readonly Sought[];
  /** Vectors of texts about all sorts of things: words fit a window only if they fit it better than most of these. */
  readonly usual: readonly Float32Array[];
};
