// The light localiser for people's own data: its sizes, as measured on scenes of 30 to 60 seconds.
import type { Sense } from '../../data/annotation.ts';
import { type EventKind, type NetworkConfig, strideOf, type TaskConfig } from './config.ts';

/** The kind of event that each sense has. */
export const kindOfSense: Readonly<Record<Sense, EventKind>> = { seen: 'TAL', heard: 'SED', both: 'AVEL' };

export const senseTitles: Readonly<Record<Sense, string>> = { seen: 'seen', heard: 'heard', both: 'seen and heard' };

/** Steps that the network looks at together: about a minute at two rows a second. */
export const chunkLength = 128;
const levels = 6;

export type LocaliserSizes = {
  readonly visualWidth: number;
  readonly audioWidth: number;
  readonly textWidth: number;
  readonly classes: number;
  /** The senses that the data is annotated for; tasks are called by them. */
  readonly senses: readonly Sense[];
};

/** Every class has offsets of its own, and a clip that is not annotated for a sense teaches nothing of it. */
export function practicalNetwork({
  visualWidth,
  audioWidth,
  textWidth,
  classes,
  senses,
}: LocaliserSizes): NetworkConfig {
  const task = (sense: Sense): TaskConfig => ({
    ...{ kind: kindOfSense[sense], classes, classAware: true, maxLength: chunkLength },
    ...{ labelSmoothing: 0, regressionWeight: 1, normaliser: 1 },
  });
  return {
    ...{ visualWidth, audioWidth, textWidth, width: 48, heads: 4, selfBlocks: 2, headWidth: 48, dropPath: 0.1 },
    firstDistance: 1.5,
    ranges: Array.from({ length: levels }, (_, level) => rangeOf(level)),
    tasks: Object.fromEntries(senses.map((sense) => [sense, task(sense)])),
  };
}

/** 0 to 4 steps on the finest level, twice as far on each next one, and without an end on the last. */
function rangeOf(level: number): [number, number] {
  return [level === 0 ? 0 : 2 * strideOf(level), level === levels - 1 ? 10_000 : 4 * strideOf(level)];
}
