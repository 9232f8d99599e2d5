// What is measured, by name.
import { join } from 'node:path';
import type { MaAvtConfig } from '../src/systems/ma-avt/settings.ts';
import { measureAccuracy } from './accuracy.ts';
import { compare, type Pace, type SideResult } from './compare.ts';
import { measureEpoch } from './epoch.ts';
import { writeFeaturesModel } from './features-model.ts';
import { between, type Floor, floorOf, type Machine } from './floor.ts';
import { graphOperations } from './graph-operations.ts';
import { type Growth, measureGrowth, questions } from './growth.ts';
import { measureMedia } from './media.ts';
import { benchModel, type ModelFiles, type Size, sizes } from './models.ts';
import { measureParts } from './parts.ts';
import { type Contestant, duetName, int8Name } from './peers.ts';
import type { Job } from './protocol.ts';
import type { Fact } from './results.ts';
import { measureSizes } from './sizes.ts';
import { measureStartUp } from './start-up.ts';
import { predictionTargets, stepTargets, type Target } from './targets.ts';

export type Settings = {
  readonly pace: Pace;
  readonly isQuick: boolean;
  /** Where generated models and data are kept between benches. */
  readonly cache: string;
  readonly contestants: readonly Contestant[];
  /** Measured when asked for; in a quick bench once. */
  readonly machine: () => Promise<Machine>;
};

export type Outcome = {
  readonly sides: readonly SideResult[];
  readonly facts: readonly Fact[];
  readonly floor?: Floor & Machine;
  readonly growth?: Growth;
  readonly targets?: readonly Target[];
  /** Why there are no numbers, or what else they mean. */
  readonly note?: string;
};

export type Workload = {
  readonly name: string;
  readonly title: string;
  /** In the two minutes' subset, in every whole bench, or only where it is asked for by name. */
  readonly when: 'quick' | 'always' | 'asked';
  measure(settings: Settings): Promise<Outcome>;
};

type Made = { readonly files: ModelFiles; readonly config: MaAvtConfig };

function comparison(
  name: string,
  title: string,
  size: Size,
  when: Workload['when'],
  job: (model: Made, cache: string) => Promise<Job> | Job,
  /** Sides whose preparation or runs would take too long here, or with the others more memory than 20 GB. */
  leaves: RegExp = /^$/,
): Workload {
  return {
    name: `${name}-${size}`,
    title: `${title}, ${sizes[size].title}`,
    when,
    async measure({ pace, isQuick, cache, contestants, machine }) {
      const model = await benchModel(size, join(cache, 'models'));
      const asked = await job(model, cache);
      const taking = contestants.filter(
        ({ name, jobs, isSlow }) => jobs.includes(asked.kind) && !leaves.test(name) && !(isQuick && isSlow),
      );
      // Others may share the machine: the floor's speed is that of the minutes around what stands on it.
      const before = await machine();
      const sides = await compare(asked, taking, pace);
      const speed = between(before, await machine());
      const floor = floorOf(asked, model.config, speed);
      const timeOf = (side: string) => sides.find(({ name }) => name === side)?.milliseconds?.median;
      const [time, int8Time] = [timeOf(duetName), timeOf(int8Name)];
      const facts: Fact[] = [];
      if (floor && time !== undefined) {
        facts.push({ name: 'Duet over the floor', value: time / floor.milliseconds, unit: 'ratio' });
        if (int8Time !== undefined)
          facts.push({
            name: 'Duet int8 over the floor with eight bits',
            value: int8Time / floor.int8Milliseconds,
            unit: 'ratio',
          });
        if (speed.otherOperationsPerSecond !== undefined)
          facts.push({
            name: "Duet over the same operations at the speed of PyTorch's fastest fp32 product",
            value: (time * speed.otherOperationsPerSecond) / (1000 * floor.operations),
            unit: 'ratio',
          });
        facts.push({
          name: "operations of Duet's graph over the floor's",
          value: (await graphOperations(asked)) / floor.operations,
          unit: 'ratio',
        });
      }
      const ofKind =
        asked.kind === 'predict' ? predictionTargets(sides) : asked.kind === 'step' ? stepTargets(sides, floor) : [];
      return {
        sides,
        facts,
        ...(floor && { floor: { ...floor, ...speed } }),
        ...(size === 'base' && { targets: ofKind }),
      };
    },
  };
}

const predict =
  (clips: number, batch: number) =>
  ({ files }: Made): Job => ({ kind: 'predict', files, clips, batch });
const step =
  (batch: number) =>
  ({ files }: Made): Job => ({ kind: 'step', files, batch });
const features = async ({ files }: Made, cache: string): Promise<Job> => ({
  ...{ kind: 'features', files, clips: 1 },
  onnx: await writeFeaturesModel(files, join(cache, 'models', `vit-${files.size}`)),
});

export const workloads: readonly Workload[] = [
  ...(['tiny', 'base'] as const).flatMap((size) => [
    comparison('predict-1', 'Predict one clip', size, size === 'tiny' ? 'quick' : 'always', predict(1, 1)),
    comparison('predict-64', 'Predict 64 clips in batches of 16', size, 'always', predict(64, 16), /compile/),
    comparison('step-8', 'One training step, batch of 8', size, size === 'tiny' ? 'quick' : 'always', step(8)),
    comparison(
      'step-32',
      'One training step, batch of 32',
      size,
      'always',
      step(32),
      size === 'base' ? /compile|oneDNN|int8/ : /compile/,
    ),
    comparison(
      'features',
      'Features of one picture (the plain ViT)',
      size,
      size === 'tiny' ? 'quick' : 'always',
      features,
      /compile/,
    ),
    {
      name: `start-up-${size}`,
      title: `Fresh process to first prediction, ${sizes[size].title}`,
      when: size === 'tiny' ? 'quick' : 'always',
      measure: (settings) => measureStartUp(size, settings),
    } satisfies Workload,
    {
      name: `epoch-${size}`,
      title: `Epoch from video files, ${sizes[size].title}`,
      when: 'always',
      measure: (settings) => measureEpoch(size, settings),
    } satisfies Workload,
    {
      name: `size-${size}`,
      title: `What is passed on after training, ${sizes[size].title}`,
      when: size === 'tiny' ? 'quick' : 'always',
      measure: (settings) => measureSizes(size, settings),
    } satisfies Workload,
  ]),
  {
    name: 'step-parts',
    title: 'One training step in parts of 8 clips, batch of 32, ViT-B/16',
    when: 'always',
    measure: (settings) => measureParts('base', 32, 8, settings),
  },
  {
    name: 'step-parts-256',
    title: 'One training step in parts of 16 clips, batch of 256, ViT-B/16',
    when: 'asked',
    measure: (settings) => measureParts('base', 256, 16, settings),
  },
  {
    name: 'accuracy',
    title: 'What eight bits change, ViT-Tiny/16 on stills-with-sound',
    when: 'always',
    measure: measureAccuracy,
  },
  { name: 'media', title: 'Decoding and features', when: 'quick', measure: measureMedia },
  ...Object.entries(questions).map(
    ([kind, { title }]): Workload => ({
      ...{ name: `growth-${kind}`, title: `Growth: ${title.toLowerCase()}`, when: 'asked' },
      measure: (settings) => measureGrowth(kind as keyof typeof questions, settings),
    }),
  ),
];
