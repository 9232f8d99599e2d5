// The light detector trained in memory, stage by stage, on generated people whose faces move as their voices sound.
import type { Example } from '../../../data/dataset.ts';
import type { Arrays, Intake, Pass, Row, StoredReading } from '../../../data/intake.ts';
import { joinFloat32 } from '../../../files/tensor-values.ts';
import { openPredictor } from '../../../infer/predictor.ts';
import type { Stage } from '../../../model/model.ts';
import { firstValues, type ParameterValues } from '../../../model/parameters.ts';
import { createRandom } from '../../../random.ts';
import type { Results, Rows } from '../../../runtime/feeds.ts';
import { nodeSessions } from '../../../runtime/session-node.ts';
import { freshCheckpoint } from '../../../train/checkpoint.ts';
import { openTrainer } from '../../../train/open-trainer.ts';
import { type LightDetectSettings, lightDetectStage } from './detect.ts';
import { bands, frameSize, stepsPerFrame } from './reading.ts';
import { type LightReconstructSettings, lightReconstructStage } from './reconstruct.ts';

const openSession = nodeSessions({ threads: 1 });
const backbone = { weights: new Map() };
const training = { optimizer: 'adamw', weightDecay: 0, clipNorm: 0, seed: 0 } as const;

/**
 * A person of `seconds`: a voice of syllables, whose loudness the lower middle of the picture follows, over noise in
 * both; every person has a pitch and a place of the mouth of their own.
 */
export function talkingPerson(name: string, seconds: number): StoredReading {
  const random = createRandom('person', name);
  const frames = Math.round(25 * seconds);
  const steps = frames * stepsPerFrame;
  const [mouth, pitch] = [16 + random.integer(4), random.integer(bands - 3)];
  // Syllables at random times, a fifth of a second long.
  const voice = new Float32Array(steps);
  for (let step = 0; step < steps; step += 8 + random.integer(10))
    for (let n = 0; n < 10 && step + n < steps; n++) voice[step + n]! += Math.sin((Math.PI * (n + 0.5)) / 10);
  const energies = Float32Array.from({ length: steps * bands }, (_, place) => {
    const near = Math.exp(-(((place % bands) - pitch) ** 2) / 8);
    return 1e-3 * (0.05 + voice[Math.floor(place / bands)]! * near) * Math.exp(0.3 * random.normal());
  });
  const picture = Uint8Array.from({ length: frames * frameSize ** 2 }, (_, place) => {
    const frame = Math.floor(place / frameSize ** 2);
    const [row, column] = [Math.floor((place % frameSize ** 2) / frameSize), place % frameSize];
    const isMouth = row >= mouth && row < mouth + 8 && column >= 8 && column < 20;
    const open = isMouth ? 60 * voice[frame * stepsPerFrame]! * random.uniform() : 0;
    return 100 + open + 3 * random.normal();
  });
  const arrays: Record<string, { shape: number[]; data: Uint8Array | Float32Array }> = {
    frames: { shape: [frames, frameSize, frameSize], data: picture },
    energies: { shape: [steps, bands], data: energies },
    begins: { shape: [1], data: Float32Array.of(0) },
  };
  return { names: Object.keys(arrays), get: async (name) => arrays[name]!, close: async () => undefined };
}

export type LightCourse = {
  readonly intake: Intake;
  readonly examples: readonly Example[];
  readonly open: (clip: string) => Promise<StoredReading>;
  readonly reconstruct: LightReconstructSettings;
  readonly detect: LightDetectSettings;
  readonly epochs: { readonly reconstruct: number; readonly detect: number };
  readonly batchSize: number;
};

/** Trains both stages. */
export async function trainLight(course: LightCourse): Promise<Map<string, Float32Array>> {
  const { intake, examples, open, epochs, batchSize } = course;
  const first = lightReconstructStage(course.reconstruct);
  const rowsIn = (name: string) => (epoch: number) => makeRows(intake, examples, open, { name, seed: 0, epoch });
  const parameters = firstValues(first.model.parameters, new Map(), 0);
  await trainStage(first, parameters, batchSize, 3e-3, epochs.reconstruct, rowsIn('reconstruct'));

  const second = lightDetectStage(course.detect);
  const all = new Map([...firstValues(second.model.parameters, new Map(), 0), ...parameters]);
  await trainStage(second, all, batchSize, 3e-2, epochs.detect, rowsIn('train'));
  return all;
}

async function trainStage(
  stage: Stage,
  parameters: Map<string, Float32Array>,
  batchSize: number,
  learningRate: number,
  epochs: number,
  rowsIn: (epoch: number) => Promise<readonly Arrays[]>,
): Promise<void> {
  const checkpoint = freshCheckpoint(parameters);
  const trainer = await openTrainer({
    ...{ stage, backbone, batchSize, openSession, training, checkpoint, onNote: () => undefined },
  });
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const rows = await rowsIn(epoch);
      for (let start = 0; start < rows.length; start += batchSize) {
        const batch = stacked(rows.slice(start, start + batchSize));
        await trainer.step({ inputs: batch, targets: batch }, learningRate * (1 - epoch / epochs));
      }
    }
    await trainer.collect();
  } finally {
    await trainer.release();
  }
}

/** Answers for the rows of a pass, and these rows. */
export async function judgeLight(
  { intake, examples, open, detect }: LightCourse,
  parameters: ParameterValues,
  pass: Pass,
): Promise<{ readonly rows: readonly Row[]; readonly answers: Results }> {
  const predictor = await openPredictor({ backbone, model: lightDetectStage(detect).model, batchSize: 8, openSession });
  try {
    const made = await makeRows(intake, examples, open, pass);
    const answers = await predictor.run(parameters, stacked(made), made.length);
    return { rows: intake.plan(examples, pass), answers };
  } finally {
    await predictor.release();
  }
}

function makeRows(
  intake: Intake,
  examples: readonly Example[],
  open: LightCourse['open'],
  pass: Pass,
): Promise<Arrays[]> {
  return Promise.all(intake.plan(examples, pass).map((row) => intake.row(row, open, pass)));
}

function stacked(rows: readonly Arrays[]): Rows {
  const names = Object.keys(rows[0]!);
  return Object.fromEntries(names.map((name) => [name, joinFloat32(rows.map((row) => row[name] as Float32Array))]));
}
