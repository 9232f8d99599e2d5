// How well mixtures are separated: by the target's picture, by the other's, and by none.
import type { Json } from '../../data/intake.ts';
import { plainPass } from '../../data/intake.ts';
import { answeredRows } from '../../infer/answered-rows.ts';
import type { ShownSection } from '../../report/shown.ts';
import type { Metric } from '../../train/metric.ts';
import type { Ask, Scored, ScoreOptions } from '../system.ts';
import type { MaskGrid } from './apply-masks.ts';
import { idealRatioGain, steadyMaskGain } from './bounds.ts';
import type { Mixture } from './mix.ts';
import type { MixtureRow } from './mixture-plan.ts';

export const extractMetrics: readonly Metric[] = [
  { name: 'siSdrGain', title: 'SI-SDR gain in dB', unit: 'number', better: 'higher' },
  { name: 'improved', title: 'better than the mixture', unit: 'share', better: 'higher' },
  { name: 'medianGain', title: 'median gain in dB', unit: 'number', better: 'higher' },
  { name: 'mixtureSiSdr', title: 'SI-SDR of the mixtures in dB', unit: 'number', better: 'higher' },
  { name: 'misledGain', title: 'gain by the other’s picture in dB', unit: 'number', better: 'lower' },
  { name: 'blindGain', title: 'gain without a picture in dB', unit: 'number', better: 'lower' },
  { name: 'spectraGain', title: 'gain by mean spectra of a probed class in dB', unit: 'number', better: 'higher' },
  { name: 'idealGain', title: 'gain by the ideal ratio mask in dB', unit: 'number', better: 'higher' },
];

type Separated = { readonly row: MixtureRow; readonly before: number; readonly gain: number };

/** Walks over the clips, each time mixed with others, where all is asked for. */
const rounds = 4;

/** @param grid of the masks, for the bounds that are learned from nothing. */
export async function scoreMixtures(
  ask: Ask,
  { extent }: Pick<ScoreOptions, 'extent'>,
  grid: MaskGrid,
): Promise<Scored> {
  const isFull = extent === 'full';
  const ofSpectra: number[] = [];
  const ofIdeal: number[] = [];
  const answers = await separated(ask, 'evaluate', isFull ? rounds : 1, (mixture, boundMask) => {
    if (!isFull) return;
    if (boundMask) ofSpectra.push(steadyMaskGain(mixture, boundMask, grid) ?? 0);
    ofIdeal.push(idealRatioGain(mixture, grid.window) ?? 0);
  });
  const gains = answers.map(({ gain }) => gain);
  const gainOf = async (pass: string) =>
    isFull ? mean((await separated(ask, pass, rounds)).map(({ gain }) => gain)) : null;
  const metrics = {
    ...{ siSdrGain: mean(gains), improved: mean(gains.map((gain) => Number(gain > 0))), medianGain: median(gains) },
    mixtureSiSdr: mean(answers.map(({ before }) => before)),
    ...{ misledGain: await gainOf('misled'), blindGain: await gainOf('without picture') },
    ...{ spectraGain: mean(ofSpectra), idealGain: mean(ofIdeal) },
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
    telling: [...new Set(worstFirst)].slice(0, 6),
  };
}

async function separated(
  ask: Ask,
  pass: string,
  rounds: number,
  look?: (mixture: Mixture, boundMask: Float32Array | undefined) => void,
): Promise<Separated[]> {
  const found: Separated[] = [];
  for (let round = 0; round < rounds; round++)
    for await (const { row, arrays, outputs } of answeredRows(ask({ ...plainPass(pass), epoch: round }))) {
      const { before, gain, boundMask } = outputs;
      found.push({ row: row as MixtureRow, before: before![0]!, gain: gain![0]! });
      const [mixture, target] = [arrays.mixture as Float32Array, arrays.target as Float32Array];
      look?.({ mixture, target }, boundMask);
    }
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
