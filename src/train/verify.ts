// Does Duet compute what a reference run computed? Every number of the run, group by group.
import { readFileClearly } from '../files/read-clearly.ts';
import type { Stage } from '../model/model.ts';
import { nodeSessions } from '../runtime/node.ts';
import type { SessionOptions } from '../runtime/session.ts';
import { type GoldenRun, readGoldenRun, referenceName } from '../systems/ma-avt/golden.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { openTrainer } from './open-trainer.ts';
import { freshCheckpoint } from './progress.ts';
import { openTrainingStep, type StepResult } from './step.ts';

export type VerifiedGroup = {
  readonly name: 'outputs' | 'losses' | 'attention' | 'gradients' | 'trajectory' | 'parameters';
  /** The largest relative error in the group, and the tensor it was found in. */
  readonly error: number;
  readonly worst: string;
  readonly tolerance: number;
  readonly compared: number;
  readonly passed: boolean;
};

export type Verification = {
  readonly file: string;
  readonly groups: readonly VerifiedGroup[];
  readonly passed: boolean;
};

const tolerances = {
  outputs: 1e-5,
  losses: 1e-5,
  attention: 1e-5,
  gradients: 1e-4,
  trajectory: 1e-4,
  parameters: 1e-3,
};
const learningRate = 1e-3;

/**
 * Repeats a reference run: one forward and backward pass, then five steps of Adam on the same batch.
 * Outputs, losses, attention and the trajectory are compared by largest difference over largest value, gradients and
 * parameters by norm of the difference over norm.
 * @throws DuetError when the file is no such run.
 */
export async function verifyFile(path: string, session?: SessionOptions): Promise<Verification> {
  return verifyRun(path, readGoldenRun(await readFileClearly(path), path), session);
}

async function verifyRun(file: string, run: GoldenRun, session: SessionOptions | undefined): Promise<Verification> {
  const { backbone, model, batch, batchSize, parameters, recorded } = run;
  const found = new Map<VerifiedGroup['name'], { error: number; name: string }[]>();
  const compare = (group: VerifiedGroup['name'], name: string, ours: Float32Array | undefined, measure: Measure) => {
    const reference = recorded(name);
    if (!reference || !ours) return;
    found.set(group, [...(found.get(group) ?? []), { error: measure(ours, reference), name }]);
  };
  const stage: Stage = { name: 'reference run', model, on: 'clips', trains: () => true };
  const options = { stage, backbone, batchSize, openSession: nodeSessions(session) };
  const step = await openTrainingStep(options);
  const checkpoint = freshCheckpoint(parameters);
  // Adam, and nothing else done to the gradients.
  const trainer = await openTrainer({ ...options, training: recipes.reference, checkpoint, onNote: () => undefined });
  try {
    const first = await step.run(parameters, batch);
    compare('outputs', 'output.p_fg', first.logged.class_logits, relativeToLargest);
    compare('outputs', 'output.p_bg', first.logged.background_logits, relativeToLargest);
    for (const [name, value] of lossesOf(first)) compare('losses', name, Float32Array.of(value), relativeToLargest);
    compare('attention', 'output.vis_attn', first.logged.visual_attention, relativeToLargest);
    for (const [name, gradient] of first.gradients)
      compare('gradients', `grad.${referenceName(name)}`, gradient, relativeInNorm);

    const trajectory: number[] = [];
    while (trajectory.length < 5) trajectory.push((await trainer.step(batch, learningRate)).loss);
    await trainer.collect();
    compare('trajectory', 'trajectory.loss', Float32Array.from(trajectory), relativeToLargest);
    for (const [name, values] of parameters)
      compare('parameters', `after5.${referenceName(name)}`, values, withoutKeyBias(name));
  } finally {
    await step.release();
    await trainer.release();
  }
  const groups = [...found].map(([name, comparisons]): VerifiedGroup => {
    // A number that is not finite is the worst there can be, and compares false with everything.
    const worst = comparisons.reduce((a, b) => (Number.isNaN(b.error) || b.error > a.error ? b : a));
    const tolerance = tolerances[name];
    return {
      name,
      error: worst.error,
      worst: worst.name,
      tolerance,
      compared: comparisons.length,
      passed: worst.error <= tolerance,
    };
  });
  return { file, groups, passed: groups.length > 0 && groups.every(({ passed }) => passed) };
}

function lossesOf({ losses }: StepResult): [string, number][] {
  return [
    ['output.loss', losses.total!],
    ['output.fg_loss', losses.foreground!],
    ['output.bg_loss', losses.background!],
    ['output.cnt_loss', losses.contrastive!],
  ];
}

type Measure = (ours: Float32Array, reference: Float32Array) => number;

function relativeToLargest(ours: Float32Array, reference: Float32Array): number {
  if (ours.length !== reference.length) return Number.NaN;
  let difference = 0;
  let largest = 0;
  for (const [i, value] of reference.entries()) {
    difference = Math.max(difference, Math.abs(ours[i]! - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}

function relativeInNorm(ours: Float32Array, reference: Float32Array): number {
  if (ours.length !== reference.length) return Number.NaN;
  return Math.hypot(...ours.map((value, i) => value - reference[i]!)) / Math.hypot(...reference);
}

/** The true gradient of an attention's key bias is zero, so that Adam only amplifies rounding: it is left out. */
function withoutKeyBias(name: string): Measure {
  if (!name.endsWith('qkv.bias')) return relativeInNorm;
  return (ours, reference) => {
    const kept = (values: Float32Array) =>
      values.filter((_, i) => i < values.length / 3 || i >= (values.length / 3) * 2);
    return relativeInNorm(kept(ours), kept(reference));
  };
}
