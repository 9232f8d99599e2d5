// The numbers at the top of a page about an evaluation.
import { duration, percent, thousands } from '../report/format.ts';
import type { NumbersShown } from '../report/shown.ts';
import type { Evaluation } from '../train/evaluate.ts';

export function evaluationNumbers(
  { accuracy, macroF1, backgroundAuc, clips, skipped }: Evaluation,
  { seconds, trainable }: { readonly seconds: number; readonly trainable?: number },
): NumbersShown {
  return {
    kind: 'numbers',
    rows: [
      ['accuracy', percent(accuracy)],
      ['macro F1', percent(macroF1)],
      ...(backgroundAuc === undefined ? [] : [['background AUC', backgroundAuc.toFixed(3)] as const]),
      ['clips tested', thousands(clips.length)],
      ['files skipped', thousands(skipped.length)],
      ['time', duration(seconds)],
      ...(trainable === undefined ? [] : [['trainable parameters', thousands(trainable)] as const]),
    ],
  };
}
