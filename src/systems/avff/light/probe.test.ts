import { expect, test } from 'vitest';
import { areaUnderCurve } from '../../../metrics/detection.ts';
import { createRandom } from '../../../random.ts';
import { standardised } from './features.ts';
import { courseOf, probeScores } from './probe.ts';

const { normal } = createRandom('probe');

function areaOf(shiftOfFakes: number): number {
  const clips = Array.from({ length: 200 }, (_, i) => ({
    values: Array.from({ length: 5 }, (_, k) => normal() + (k === 2 && i % 2 === 1 ? shiftOfFakes : 0)),
    ...{ real: i % 2 === 0, recording: `recording ${i >> 1}` },
  }));
  const scores = probeScores(clips);
  const of = (real: boolean) => scores.filter((_, i) => clips[i]!.real === real);
  return areaUnderCurve(of(false), of(true));
}

test('a probe finds what differs, and nothing where nothing does', () => {
  // Two normal distributions 2 apart: 0.92.
  expect(Math.abs(areaOf(2) - 0.92)).toBeLessThan(0.06);
  expect(Math.abs(areaOf(0) - 0.5)).toBeLessThan(0.12);
});

test('clips of a recording do not teach the probe what to say of each other', () => {
  // Each recording has a value of its own, which says whether it is real only to those who have seen it.
  const clips = Array.from({ length: 40 }, (_, i) => {
    const recording = i >> 1;
    return { values: [recording], real: recording % 2 === 0, recording: String(recording) };
  });
  const scores = probeScores(clips);
  const of = (real: boolean) => scores.filter((_, i) => clips[i]!.real === real);
  expect(areaUnderCurve(of(false), of(true))).toBeLessThan(0.75);
});

test('a series that is held for some time changes less from moment to moment', () => {
  const lively = Float32Array.from({ length: 400 }, normal);
  const held = lively.map((_, i) => lively[4 * Math.floor(i / 4)]!);
  const [[change], [heldChange]] = [lively, held].map((series) => courseOf(standardised(series, 1), 1)) as [
    [number],
    [number],
  ];
  expect(heldChange).toBeLessThan(0.5 * change);
});
