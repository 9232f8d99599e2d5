// How well mixtures are separated: by the target's picture, by the other's, and by none.
import type { Json } from '../../data/intake.ts';
import { plainPass } from '../../data/intake.ts';
import type { ShownSection } from '../../report/shown.ts';
import type { Metric } from '../../train/metric.ts';
import type { Ask, Scored, ScoreOptions } from '../system.ts';
import type { MixtureRow } from './mixture-plan.ts';

export const extractMetrics: readonly Metric[] = [
  { name: 'siSdrGain', title: 'SI-SDR gain in dB', unit: 'number', better: 'higher' },
  { name: 'improved', title: 'better than the mixture', unit: 'share', better: 'higher' },
  { name: 'medianGain', title: 'median gain in dB', unit: 'number', better: 'higher' },
  { name: 'mixtureSiSdr', title: 'SI-SDR of the mixtures in dB', unit: 'number', better: 'higher' },
  { name: 'misledGain', title: 'gain by the other’s picture in dB', unit: 'number', better: 'lower' },
  { name: 'blindGain', title: 'gain without a picture in dB', unit: 'number', better: 'lower' },
];

type Separated = { readonly row: MixtureRow; readonly before: number; readonly gain: number };

export async function scoreMixtures(ask: Ask, { extent }: Pick<ScoreOptions, 'extent'>): Promise<Scored> {
  const answers = await separated(ask, 'evaluate');
  const gains = answers.map(({ gain }) => gain);
  const gainOf = async (pass: string) =>
    extent === 'full' ? mean((await separated(ask, pass)).map(({ gain }) => gain)) : null;
  const metrics = {
    ...{ siSdrGain: mean(gains), improved: mean(gains.map((gain) => Number(gain > 0))), medianGain: median(gains) },
    mixtureSiSdr: mean(answers.map(({ before }) => before)),
    ...{ misledGain: await gainOf('misled'), blindGain: await gainOf('without picture') },
  };
  const clips = answers.map(({ row: { clips, target }, before, gain }) => ({
    ...{ path: clips[0], interferer: clips[1], ratio: target.ratio, mixtureSiSdr: before, siSdrGain: gain },
  }));
  const worstFirst = [...answers].sort((a, b) => a.gain - b.gain).map(({ row }) => row.clips[0]);
  return {
    metrics,
    details: {} as Readonly<Record<string, Json>>,
    clips,
    shown: [gainsShown(gains)],
    telling: worstFirst.slice(0, 6),
  };
}

async function separated(ask: Ask, pass: string): Promise<Separated[]> {
  const found: Separated[] = [];
  for await (const { rows, outputs } of ask(plainPass(pass)))
    for (const [clip, row] of rows.entries())
      found.push({ row: row as MixtureRow, before: outputs.before![clip]!, gain: outputs.gain![clip]! });
  return found;
}

/** Mixtures by how much they gain. */
function gainsShown(gains: readonly number[]): ShownSection {
  const steps = [Number.NEGATIVE_INFINITY, -3, 0, 3, 6, 10, Number.POSITIVE_INFINITY];
  const rows = steps.slice(1).map((high, index) => {
    const low = steps[index]!;
    const within = gains.filter((gain) => gain >= low && gain < high).length;
    const range = low === -Infinity ? `below ${high}` : high === Infinity ? `${low} and more` : `${low} to ${high}`;
    return [range, gains.length === 0 ? 0 : within / gains.length] as const;
  });
  const columns = [
    { name: 'gain in dB', kind: 'text' },
    { name: 'mixtures', kind: 'share' },
  ] as const;
  return { id: 'gains', title: 'Gains', shown: [{ kind: 'table', columns, rows }], forTerminal: true };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
