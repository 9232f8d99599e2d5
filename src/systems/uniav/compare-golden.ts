// Does Duet's UniAV compute what a reference run computed? Targets, outputs, losses and gradients of each task, then
// the run's steps of all tasks in turn.
import { differentiate } from '../../graph/differentiate.ts';
import { constant, input, type Tensor } from '../../graph/tensor.ts';
import type { OpenSession } from '../../runtime/session.ts';
import { type Comparison, relativeInNorm, relativeToLargest } from '../../train/comparison.ts';
import { updateAverage } from '../../train/moving-average.ts';
import { strideOf } from './config.ts';
import type { GoldenRun } from './golden.ts';
import { uniavModel } from './model.ts';
import { branchCount } from './network.ts';
import { pointTargets } from './targets.ts';
import { createTaskOptimiser, taskStep } from './task-optimiser.ts';
import { validPoints } from './training-row.ts';

type Compare = (group: Comparison['group'], name: string, ours: ArrayLike<number>) => void;

/** Compares whatever the run recorded; targets count as outputs. */
export async function compareGoldenRun(run: GoldenRun, openSession: OpenSession): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  const compare: Compare = (group, name, ours) => {
    const reference = run.recorded(name);
    if (!reference || hasNoGradient(name)) return;
    const measure = group === 'gradients' || group === 'parameters' ? relativeInNorm : relativeToLargest;
    comparisons.push({ group, name, error: measure(Float32Array.from(ours), reference) });
  };
  const steps = new Map<string, GoldenStep>();
  try {
    for (const name of run.tasks.keys()) {
      const step = await openStep(run, name, openSession);
      steps.set(name, step);
      compareFirstStep(await step.run(run.parameters, run.config.tasks[name]!.normaliser), step, run, name, compare);
      await comparePredictions(run, name, openSession, compare);
    }
    await compareTrajectory(run, steps, compare);
  } finally {
    for (const step of steps.values()) await step.release();
  }
  return comparisons;
}

/**
 * What moves all keys of an attention alike changes no softmax: the true gradient of such a bias is zero, and both runs
 * have only rounding there.
 */
function hasNoGradient(name: string): boolean {
  return /attn\.key(_norm)?\.bias$/.test(name);
}

type GoldenStep = {
  readonly names: readonly string[];
  run(parameters: ReadonlyMap<string, Float32Array>, normaliser: number): Promise<Record<string, Float32Array>>;
  release(): Promise<void>;
};

async function openStep(run: GoldenRun, name: string, openSession: OpenSession): Promise<GoldenStep> {
  const { model, inputs, parameters, frozen, trained, feeds, targetFeeds } = batchOf(run, name);
  const { clips } = run.tasks.get(name)!;
  const targets = placeholders(model.targets, clips);
  const encoded = model.encode(inputs, frozen, trained);
  const { aims, logged } = model.losses(encoded, targets, trained);
  const gradients = differentiate(aims.total!, [...parameters.values()]);
  const names = [...parameters.keys()];
  const session = await openSession({
    ...encoded,
    ...Object.fromEntries(Object.entries({ ...aims, ...logged }).map(([key, loss]) => [`loss.${key}`, loss])),
    ...Object.fromEntries(names.map((key, index) => [`grad.${key}`, gradients[index]!])),
  });
  return {
    names,
    run: (values, normaliser) =>
      session.run({
        ...{ ...feeds, ...targetFeeds },
        factors: new Float32Array(clips * branchCount(run.config)).fill(1),
        normaliser: new Float32Array(clips).fill(normaliser),
        ...Object.fromEntries(names.map((key) => [key, values.get(key)!])),
      }),
    release: () => session.release(),
  };
}

function compareFirstStep(
  results: Record<string, Float32Array>,
  { names }: GoldenStep,
  run: GoldenRun,
  name: string,
  compare: Compare,
): void {
  const { classes, distances } = batchOf(run, name).targetFeeds;
  compare('outputs', `output.${name}.targets.classes`, classes);
  // Where a class-agnostic point answers for no event the reference has offsets that nothing reads.
  if (run.config.tasks[name]!.classAware) compare('outputs', `output.${name}.targets.offsets`, distances);
  compareLevels(results, run, name, 'training', compare);
  const losses = ['classification', 'regression', 'total', 'normaliser'].map((key) => results[`loss.${key}`]![0]!);
  compare('losses', `output.${name}.loss`, losses);
  for (const parameter of names) compare('gradients', `grad.${name}.${parameter}`, results[`grad.${parameter}`]!);
}

async function comparePredictions(run: GoldenRun, name: string, openSession: OpenSession, compare: Compare) {
  const { model, inputs, parameters, frozen, trained, feeds } = batchOf(run, name);
  const session = await openSession(model.answers(inputs, frozen, trained, []));
  const weights = [...parameters.keys()].map((key) => [key, run.parameters.get(key)!] as const);
  const results = await session.run({ ...feeds, ...Object.fromEntries(weights) }).finally(() => session.release());
  compareLevels(results, run, name, 'evaluation', compare);
}

async function compareTrajectory(run: GoldenRun, steps: ReadonlyMap<string, GoldenStep>, compare: Compare) {
  const { lr, betas, eps, weightDecay, clip, ema, order } = run.optimiser;
  const copy = () => new Map([...run.parameters].map(([name, values]) => [name, values.slice()]));
  const [parameters, average] = [copy(), copy()];
  const optimiser = createTaskOptimiser(run.config, parameters);
  const settings = {
    ...({ kind: 'adamw', beta1: betas[0], beta2: betas[1], epsilon: eps } as const),
    ...{ weightDecay, clipNorm: clip },
  };
  const normalisers = new Map([...run.tasks.keys()].map((name) => [name, run.config.tasks[name]!.normaliser]));
  const trajectory = { loss: [] as number[], gradient_norm: [] as number[], normaliser: [] as number[] };
  for (const name of order) {
    const step = steps.get(name)!;
    const results = await step.run(parameters, normalisers.get(name)!);
    const gradients = new Map(step.names.map((key) => [key, results[`grad.${key}`]!]));
    normalisers.set(name, results['loss.normaliser']![0]!);
    trajectory.loss.push(results['loss.total']![0]!);
    trajectory.normaliser.push(results['loss.normaliser']![0]!);
    trajectory.gradient_norm.push(taskStep(optimiser, run.config, name, parameters, gradients, lr, settings));
    updateAverage(average, parameters, ema);
  }
  for (const [key, values] of Object.entries(trajectory)) compare('trajectory', `trajectory.${key}`, values);
  for (const [name, values] of parameters) compare('parameters', `after5.${name}`, values);
  for (const [name, values] of average) compare('parameters', `ema5.${name}`, values);
}

/** The model of a task with placeholders for what it takes, and what a reference batch feeds them. */
function batchOf(run: GoldenRun, name: string) {
  const { config } = run;
  const task = run.tasks.get(name)!;
  const model = uniavModel(config, name, { steps: task.steps, positions: 'resized' });
  const parameters = new Map([...model.parameters].map(([key, { shape }]) => [key, input(key, shape)]));
  const text = constant(task.text, [config.tasks[name]!.classes, config.textWidth]);
  const targets = task.events.map((events) => pointTargets(events, task.steps, config, config.tasks[name]!));
  const maskOf = (clip: number) => task.mask.subarray(clip * task.steps, (clip + 1) * task.steps);
  const joined = (parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  return {
    ...{ model, parameters, frozen: () => text, trained: (key: string) => parameters.get(key)! },
    inputs: placeholders(model.inputs, task.clips),
    feeds: { visual: task.visual, audio: task.audio, mask: task.mask },
    targetFeeds: {
      classes: joined(targets.map(({ classes }) => classes)),
      distances: joined(targets.map(({ offsets }) => offsets)),
      valid: joined(task.events.map((_, clip) => validPoints(maskOf(clip), config))),
    },
  };
}

function placeholders(shapes: Readonly<Record<string, readonly number[]>>, clips: number): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, [clips, ...shape])]));
}

/** The reference has every level by itself, and all clips in each. */
function compareLevels(
  results: Record<string, Float32Array>,
  run: GoldenRun,
  name: string,
  mode: string,
  compare: Compare,
): void {
  const { clips, steps } = run.tasks.get(name)!;
  const points = run.config.ranges.map((_, level) => steps / strideOf(level));
  const all = points.reduce((sum, count) => sum + count, 0);
  for (const part of ['logits', 'offsets']) {
    const values = results[part]!;
    const width = values.length / (clips * all);
    let before = 0;
    for (const [level, count] of points.entries()) {
      const ofClip = (clip: number) => [...values.subarray((clip * all + before) * width).subarray(0, count * width)];
      const ours = Array.from({ length: clips }, (_, clip) => ofClip(clip)).flat();
      compare('outputs', `output.${name}.${mode}.${part}.${level}`, ours);
      before += count;
    }
  }
}
