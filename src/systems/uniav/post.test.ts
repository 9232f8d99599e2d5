import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type NamedTensor, readSafetensors } from '../../files/safetensors.ts';
import { toFloat32, toInt32 } from '../../files/tensor-values.ts';
import { decode, type Proposal } from './decode.ts';
import { inSeconds } from './seconds.ts';
import { releasedSuppression, suppress } from './suppress.ts';

const golden = '../shared/golden/systems/uniav-post.safetensors';

type GoldenCase = {
  readonly K: number;
  readonly sigma: number;
  readonly multiclass: boolean;
  readonly stride: number;
  readonly offset: number;
  readonly duration: number;
  readonly ranges: readonly (readonly [number, number])[];
  readonly votingThreshold: number;
};

describe.skipIf(!existsSync(golden))('post-processing agrees with the release', () => {
  const { tensors, metadata } = existsSync(golden)
    ? readSafetensors(readFileSync(golden), golden)
    : { tensors: new Map<string, NamedTensor>(), metadata: { config: '{"cases": []}' } };
  const cases = (JSON.parse(metadata.config!) as { cases: GoldenCase[] }).cases;

  test.each(cases.map((settings, index) => ({ index, settings })))('in case $index', ({ index, settings }) => {
    const floats = (name: string) => toFloat32(tensors.get(`case${index}.${name}`)!);
    const levels = (name: string) => settings.ranges.flatMap((_, level) => [...floats(`${name}.${level}`)]);
    const read = (stage: string, ends: string): Proposal[] => {
      const [segments, scores] = [floats(`${stage}.${ends}`), floats(`${stage}.scores`)];
      return [...toInt32(tensors.get(`case${index}.${stage}.labels`)!)].map((label, i) => ({
        ...{ start: segments[2 * i]!, end: segments[2 * i + 1]! },
        ...{ label, score: scores[i]! },
      }));
    };
    const answers = {
      logits: Float32Array.from(levels('logits')),
      offsets: Float32Array.from(levels('offsets')),
      mask: floats('mask.0'),
      classes: settings.K,
    };
    const decoded = decode(answers, settings);
    expectSame(byScore(decoded), byScore(read('decoded', 'segments')));
    const { sigma, multiclass, votingThreshold } = settings;
    const suppressed = suppress(decoded, {
      ...releasedSuppression(sigma),
      classesCompete: !multiclass,
      votingIou: votingThreshold,
    });
    expectSame(suppressed, read('final', 'segments'));
    expectSame(inSeconds(suppressed, settings, settings.duration), read('final', 'seconds'));
  });
});

/** Equal scores may come in any order. */
function byScore(proposals: readonly Proposal[]): Proposal[] {
  return proposals.toSorted((a, b) => b.score - a.score || a.label - b.label || a.start - b.start);
}

function expectSame(ours: readonly Proposal[], reference: readonly Proposal[]): void {
  expect(ours.map(({ label }) => label)).toEqual(reference.map(({ label }) => label));
  for (const [i, expected] of reference.entries())
    for (const key of ['start', 'end', 'score'] as const)
      expect(Math.abs(ours[i]![key] - expected[key]), `${key} ${i}`).toBeLessThan(1e-5 * (1 + Math.abs(expected[key])));
}
