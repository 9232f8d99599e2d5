import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../files/safetensors.ts';
import { toFloat32, toInt32 } from '../files/tensor-values.ts';
import { input } from '../graph/tensor.ts';
import { frozenWeights } from '../model/frozen-weights.ts';
import { textEncoder } from '../model/text-encoder.ts';
import { nodeSessions } from '../runtime/session-node.ts';
import { miniBert } from '../weights/mini-text.test-data.ts';
import { openTextBackbone } from '../weights/open-text-backbone-node.ts';
import { parseTextBackbone } from '../weights/text-backbone.ts';
import { openTextEmbedder } from './text-embedder.ts';

const openSession = nodeSessions({ threads: 1 });

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0);
}

test('a text has the same vector by itself and among others of other lengths', async () => {
  const embedder = openTextEmbedder(parseTextBackbone(miniBert()), openSession);
  try {
    const texts = ['the cat', ...Array.from({ length: 20 }, (_, i) => 'a dog barks '.repeat(1 + (i % 2))), ''];
    const together = await embedder.embed(texts);
    expect(together).toHaveLength(22);
    for (const place of [0, 2, 21]) {
      const [alone] = await embedder.embed([texts[place]!]);
      expect(largestDifference(alone!, together[place]!)).toBeLessThan(1e-5);
    }
    expect(largestDifference(together[0]!, together[1]!)).toBeGreaterThan(1e-3);
  } finally {
    await embedder.release();
  }
});

test('the built-in encoder finds ten classes by other words for them', async () => {
  const encoder = await openTextBackbone();
  const embedder = openTextEmbedder(encoder, openSession);
  const classes = ['bird', 'cat', 'clock', 'cow', 'dog', 'frog', 'lion', 'monkey', 'sea', 'sheep'];
  const others =
    'Sparrow chirping|kitten meowing|alarm clock ringing|cattle mooing|puppy barking|toad croaking|tiger roaring|chimpanzee screaming|ocean waves|lamb bleating';
  const [ofClasses, ofOthers] = [await embedder.embed(classes), await embedder.embed(others.split('|'))];
  for (const [i, vector] of ofOthers.entries()) {
    const scores = ofClasses.map((name) => cosine(name, vector));
    expect(classes[scores.indexOf(Math.max(...scores))]).toBe(classes[i]);
  }
  expect(ofClasses[0]).toHaveLength(encoder.outputWidth);
  expect(cosine(ofClasses[0]!, ofClasses[0]!)).toBeCloseTo(1, 5);
  expect((await embedder.embed(['']))[0]).toEqual(new Float32Array(128));
});

// The folder of sentence-transformers/all-MiniLM-L6-v2, whose 91 MB no test fetches.
const folder = process.env.DUET_TEST_MINILM;
const golden = new URL('../../../shared/golden/systems/', import.meta.url);

describe.skipIf(folder === undefined || !existsSync(golden))('all-MiniLM-L6-v2', () => {
  test('has the word pieces, hidden tokens and vectors of the reference run', async () => {
    const encoder = await openTextBackbone(folder!);
    if (encoder.kind !== 'transformer') throw new Error('a transformer is expected');
    const pieces = JSON.parse(readFileSync(new URL('vlsa-wordpiece.json', golden), 'utf8'));
    expect(pieces.sentences.map((text: string) => encoder.tokenizer.encode(text, 512).ids)).toEqual(pieces.ids);

    const { tensors, metadata } = readSafetensors(readFileSync(new URL('vlsa-text-minilm.safetensors', golden)));
    const of = (name: string) => tensors.get(name)!;
    const sentences: string[] = JSON.parse(metadata.sentences!);
    const { length } = JSON.parse(metadata.config!);
    const ids = sentences.flatMap((text) => {
      const { ids } = encoder.tokenizer.encode(text, length);
      return [...ids, ...Array<number>(length - ids.length).fill(0)];
    });
    expect(ids).toEqual([...toInt32(of('input.ids'))]);
    const inputs = {
      ids: input('ids', [sentences.length, length], 'int64'),
      mask: input('mask', [sentences.length, length]),
    };
    const { embedding, hidden } = textEncoder(inputs, frozenWeights(encoder.weights), encoder.config);
    const session = await openSession({ embedding, hidden });
    const mask = Float32Array.from(toInt32(of('input.mask')));
    const results = await session.run({ ids: BigInt64Array.from(ids, BigInt), mask });
    await session.release();
    expect(relativeError(results.embedding!, toFloat32(of('output.embedding')))).toBeLessThan(1e-5);
    expect(relativeError(results.hidden!, toFloat32(of('output.lastHidden')))).toBeLessThan(1e-5);
  });
});

/** `a` may go on where `b` ends. */
function largestDifference(a: Float32Array, b: Float32Array): number {
  return b.reduce((most, value, i) => Math.max(most, Math.abs(value - a[i]!)), 0);
}

/** Largest difference over largest value. */
function relativeError(ours: Float32Array, reference: Float32Array): number {
  return largestDifference(ours, reference) / largestDifference(reference, new Float32Array(reference.length));
}
