// One clip of a training batch for one task: rows padded to the graph's length, and what its points should say.
import type { Arrays } from '../../data/intake.ts';
import type { Random } from '../../random.ts';
import type { ClipRows } from './clip-rows.ts';
import { type NetworkConfig, strideOf } from './config.ts';
import { branchCount } from './network.ts';
import { pointTargets } from './targets.ts';

type RowWidths = Pick<NetworkConfig, 'visualWidth' | 'audioWidth'>;

/**
 * Rows of a clip of at most `length` steps as the light localiser takes them: zeros behind its end, a mask of the steps
 * that are there, and whether picture and sound are. A modality that a clip lacks is empty.
 */
export function paddedRows({ visual, audio, steps }: Omit<ClipRows, 'events'>, length: number, widths: RowWidths) {
  const padded = (values: Float32Array, width: number) => {
    const whole = new Float32Array(width * length);
    whole.set(values);
    return whole;
  };
  return {
    visual: padded(visual, widths.visualWidth),
    audio: padded(audio, widths.audioWidth),
    mask: new Float32Array(length).fill(1, 0, steps),
    present: Float32Array.of(Number(visual.length > 0), Number(audio.length > 0)),
  };
}

/** Inputs and targets of `uniavModel` for one clip, without the running count that its losses are divided by. */
export function trainingRow(clip: ClipRows, task: string, config: NetworkConfig, random: Random): Arrays {
  const length = config.tasks[task]!.maxLength;
  const { present: _, ...rows } = paddedRows(clip, length, config);
  return { ...rows, ...taskRow(clip, task, config, length, random) };
}

/** Inputs and targets of `eventsModel` for one clip of at most `length` steps. */
export function eventsRow(clip: ClipRows, config: NetworkConfig, length: number, random: Random): Arrays {
  const ofTasks = Object.keys(config.tasks).flatMap((task) =>
    Object.entries(taskRow(clip, task, config, length, random)).map(([name, values]) => [`${task}.${name}`, values]),
  );
  return { ...paddedRows(clip, length, config), ...Object.fromEntries(ofTasks) };
}

/**
 * A branch of a block is skipped as often as the configuration says, and the others are scaled up for it. A clip that
 * is not annotated for the task has no valid points.
 */
function taskRow(clip: ClipRows, task: string, config: NetworkConfig, length: number, random: Random) {
  const settings = config.tasks[task]!;
  const events = clip.events[settings.kind];
  const { classes, offsets } = pointTargets(events ?? [], length, config, settings);
  const kept = 1 - config.dropPath;
  return {
    factors: Float32Array.from({ length: branchCount(config) }, () => (random.uniform() < kept ? 1 / kept : 0)),
    ...{ classes, distances: offsets },
    valid: validPoints(new Float32Array(length).fill(1, 0, events ? clip.steps : 0), config),
  };
}

/** Level after level, 1 where a point lies on a step that the mask has. */
export function validPoints(mask: Float32Array, { ranges }: Pick<NetworkConfig, 'ranges'>): Float32Array {
  const levels = ranges.map((_, level) => mask.filter((_, step) => step % strideOf(level) === 0));
  return Float32Array.from(levels.flatMap((level) => [...level]));
}
