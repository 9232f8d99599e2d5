// Does Duet's MA-AVT compute what a reference run computed? One forward and backward pass, then five steps of Adam on
// the same batch.
import type { Stage } from '../../model/model.ts';
import type { OpenSession } from '../../runtime/session.ts';
import { freshCheckpoint } from '../../train/checkpoint.ts';
import { type ComparedGroup, type Comparison, relativeInNorm, relativeToLargest } from '../../train/comparison.ts';
import { openTrainer } from '../../train/open-trainer.ts';
import { openTrainingStep, type StepResult } from '../../train/step.ts';
import { type GoldenRun, referenceName } from './golden.ts';
import { recipes } from './recipes.ts';

const learningRate = 1e-3;

/** Compares whatever the run recorded; its parameters are changed. */
export async function compareGoldenRun(run: GoldenRun, openSession: OpenSession): Promise<Comparison[]> {
  const { backbone, model, batch, batchSize, parameters, recorded } = run;
  const comparisons: Comparison[] = [];
  const compare = (group: ComparedGroup, name: string, ours: Float32Array | undefined, measure: Measure) => {
    const reference = recorded(name);
    if (!reference || !ours) return;
    comparisons.push({ group, name, error: measure(ours, reference) });
  };
  const stage: Stage = { name: 'reference run', model, on: 'clips', trains: () => true };
  const options = { stage, backbone, batchSize, openSession };
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
  return comparisons;
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

/** The true gradient of an attention's key bias is zero, so that Adam only amplifies rounding: it is left out. */
function withoutKeyBias(name: string): Measure {
  if (!name.endsWith('qkv.bias')) return relativeInNorm;
  return (ours, reference) => {
    const kept = (values: Float32Array) =>
      values.filter((_, i) => i < values.length / 3 || i >= (values.length / 3) * 2);
    return relativeInNorm(kept(ours), kept(reference));
  };
}
