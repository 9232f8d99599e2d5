// How clips become rows of the search model: features that a session has read, and the clip's class.
import { labelOf } from '../../../data/annotation.ts';
import type { Intake } from '../../../data/intake.ts';
import { createRandom } from '../../../random.ts';

const needsSession = (): never => {
  throw new Error('features need a session; see OpenSystem.reader');
};

/** Passes: `train`, in an order that is drawn; any other, the clips in their order. */
export function searchIntake(labels: readonly string[], key: Intake['key']): Intake {
  return {
    key,
    read: needsSession,
    windows: needsSession,
    plan(examples, { name, seed, epoch }) {
      const rows = examples.map((example) => ({ clips: [example.id], target: labelOf(example) }));
      return name === 'train' ? createRandom(seed, 'search order', epoch).shuffle(rows) : rows;
    },
    async row({ clips, target }, open) {
      const reading = await open(clips[0]!);
      const arrays = await Promise.all(
        reading.names.map(async (name) => [name, (await reading.get(name)).data as Float32Array] as const),
      );
      return {
        ...Object.fromEntries(arrays),
        label: Float32Array.from(labels, (label) => Number(label === target)),
        counted: Float32Array.of(1),
      };
    },
  };
}
