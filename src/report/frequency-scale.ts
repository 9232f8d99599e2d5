// What the frequency axis of a sound front end spans.
import { type FrontEndName, frontEnds } from '../signal/front-ends.ts';
import type { FrequencyScale } from './shown.ts';

export function frequencyScale(name: FrontEndName): FrequencyScale {
  const { analysis, sampleRate } = frontEnds[name];
  if (analysis.kind === 'stft') return { kind: 'linear', low: 0, high: sampleRate / 2 };
  return { kind: 'mel', low: analysis.settings.lowestFrequency, high: analysis.settings.highestFrequency };
}
