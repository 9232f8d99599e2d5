// MA-AVT as a system: what happens in a clip, from picture and sound together.
import * as z from 'zod';
import { DuetError } from '../../errors.ts';
import { checkSchema } from '../../files/schema-error.ts';
import { indexOfLargest } from '../../infer/decision.ts';
import { hasOtherRange, inputSettings } from '../../infer/input-choices.ts';
import { parameterCounts } from '../../model/parameters.ts';
import { frontEnds } from '../../signal/front-ends.ts';
import type { Metric } from '../../train/metric.ts';
import type { Known, OpenSystem, System } from '../system.ts';
import { alignmentProbe } from './alignment.ts';
import {
  answerShares,
  type ClipResult,
  clipResult,
  clipResultSchema,
  type ResultOptions,
  resultOptionsSchema,
  type WindowAnswer,
  windowAnswer,
} from './answer.ts';
import { backgroundLabel } from './epoch-plan.ts';
import { foldParameters } from './fold.ts';
import { headFeaturesKey, headLesson } from './head-start.ts';
import { headParameters } from './heads.ts';
import { maAvtIntake, withoutModality } from './intake.ts';
import { maAvt } from './model.ts';
import { pairBatch } from './pair-batch.ts';
import { trainableParameters } from './parameters.ts';
import { coherentTraining, modelConfig, recipes, settledTraining } from './recipes.ts';
import { referenceRuns } from './reference-runs.ts';
import { foldedConfig, stemsAlone } from './settings.ts';
import { clipSummary, mapNames, pictureMaps, readingShown, resultShown, trainingCurves } from './shown.ts';
import { pairStep } from './targets.ts';
import { type TrainingConfig, trainingConfigSchema } from './training-config.ts';

/** A window is background where its background probability is above this, unless the adapter says otherwise. */
const usualThreshold = 0.5;

const [asTheyAre, missing, swapped] = [
  'Clips as they are.',
  'Accuracy with a plain picture or silence in the place of what is missing.',
  'How often a clip is taken for background though it is none, and how often a picture with another class’s sound is taken for what it shows, for what sounds, or for background.',
];

const metrics: readonly Metric[] = [
  { name: 'accuracy', title: 'accuracy', unit: 'share', better: 'higher', group: asTheyAre },
  { name: 'loss', title: 'loss', unit: 'number', better: 'lower', group: asTheyAre },
  { name: 'macroF1', title: 'macro F1', unit: 'share', better: 'higher', group: asTheyAre },
  {
    ...{ name: 'backgroundAuc', title: 'background AUC', unit: 'number', better: 'higher' },
    ...{ group: asTheyAre, isDrawn: true },
  },
  { name: 'calibrationError', title: 'calibration error', unit: 'share', better: 'lower', group: asTheyAre },
  { name: 'pictureMissing', title: 'accuracy without picture', unit: 'share', better: 'higher', group: missing },
  { name: 'soundMissing', title: 'accuracy without sound', unit: 'share', better: 'higher', group: missing },
  { name: 'falseAlarms', title: 'own sound: called background', unit: 'share', better: 'lower', group: swapped },
  {
    name: 'swappedPicture',
    title: 'swapped sound: follows the picture',
    unit: 'share',
    better: 'lower',
    group: swapped,
  },
  { name: 'swappedSound', title: 'swapped sound: follows the sound', unit: 'share', better: 'lower', group: swapped },
  {
    name: 'swappedBackground',
    title: 'swapped sound: called background',
    unit: 'share',
    better: 'higher',
    group: swapped,
  },
];

/** MA-AVT (arXiv 2406.04930): what happens in a clip, from picture and sound together; see docs/model.md. */
export const maAvtSystem: System<TrainingConfig, WindowAnswer, ClipResult, ResultOptions> = {
  name: 'ma-avt',
  annotation: 'class',
  settings: trainingConfigSchema,
  recipes,
  usualRecipe: 'duet',
  metrics,
  result: clipResultSchema,
  resultOptions: resultOptionsSchema,
  coherent: coherentTraining,
  settledBy: (training, { examples }) =>
    settledTraining(training, examples.filter(({ split }) => split === 'train').length),
  checkData({ model }, { background, name }) {
    if (background !== undefined && !model.background)
      throw new DuetError(
        `The data "${name}" has clips of background, which a model without background cannot learn; leave --no-background out.`,
      );
  },
  open: openMaAvt,
  upgradeAdapter: async (written, name) => (await import('./adapter-format-1.ts')).upgradedAdapter(written, name),
  golden: referenceRuns,
  maps: mapNames,
  curves: trainingCurves,
};

/** From nothing, and without a backbone that would be led astray. */
const stemLearningRate = 2e-3;

const decisionSchema = z.strictObject({ backgroundThreshold: z.number().min(0).max(1).default(usualThreshold) });

/** @throws DuetError for an adapter that decides by something else. */
export function openMaAvt(training: TrainingConfig, known: Known): OpenSystem<WindowAnswer, ClipResult, ResultOptions> {
  const { labels, background, backbone, decision } = known;
  const config = modelConfig(training, backbone.config, labels.length);
  const settings = inputSettings(backbone.config, training);
  const folded = maAvt(foldedConfig(config));
  const clipModel = maAvt(config, training.modulation);
  const alone = stemsAlone(config);
  const ofHeads = new Set(headParameters(config).map(([name]) => name));
  const { backgroundThreshold: threshold } = checkSchema(decisionSchema, decision ?? {}, 'What the adapter decides by');
  const fold: OpenSystem['fold'] = (trained) => foldParameters(trained, config);
  return {
    intake: maAvtIntake({
      settings,
      classes: labels,
      background,
      backgroundProbability: training.model.background ? training.backgroundProbability : 0,
      augment: training.augment,
      warpsSound: training.augmentSound === 'warp',
      cropScale: training.cropScale,
      missing: training.missing,
    }),
    stages: [
      ...(config.stems === 'beside'
        ? ([
            {
              name: 'stems',
              model: maAvt(alone),
              on: 'clips',
              trains: () => true,
              stepBatch: (batch, step) => pairStep(pairBatch(batch), alone, training, step),
              settings: { epochs: training.stemEpochs, learningRate: stemLearningRate },
            },
          ] satisfies OpenSystem['stages'])
        : []),
      ...(training.headStart
        ? ([
            {
              name: 'heads',
              model: folded,
              on: 'kept features',
              trains: (name: string) => ofHeads.has(name),
              // The heads' arrays are the run's own.
              values: fold,
              lesson: headLesson(config, training),
              featuresKey: headFeaturesKey(training, settings),
            },
          ] as const)
        : []),
      {
        name: 'clips',
        model: clipModel,
        on: 'clips',
        trains: () => true,
        rowsRepeat: training.augment === 'none',
        stepBatch: (batch, step) => pairStep(pairBatch(batch), config, training, step),
        judge(batch, logged) {
          const { labels: truths } = pairBatch(batch);
          const classes = labels.length;
          const ofClip = (clip: number) => logged.class_logits!.subarray(clip * classes, (clip + 1) * classes);
          const judged = [...truths.entries()].filter(([, label]) => label !== backgroundLabel);
          const right = judged.filter(([clip, label]) => indexOfLargest(ofClip(clip)) === label);
          return { judged: judged.length, right: right.length };
        },
      },
    ],
    counts: parameterCounts(
      trainableParameters(config),
      folded.parameters,
      config.stems === 'alone' ? undefined : backbone.config,
    ),
    folded,
    fold,
    decision: { backgroundThreshold: threshold },
    notes: () =>
      hasOtherRange(backbone.config, training)
        ? [
            'Pictures are normalised with ImageNet’s mean and deviation, as the recipe asks; this backbone was trained on another range, and --normalisation backbone may do much better.',
          ]
        : [],
    async score(ask, { extent, seed }) {
      // Loaded where it is asked for, as predicting needs none of it.
      const [{ scoreClips }, { scoredOf }] = [await import('./score.ts'), await import('./scored.ts')];
      // The paper's background head is additive and its AUC stays at chance: worth a look at the end, not half the
      // validation's time.
      const isPaper = config.heads === 'paper';
      const isFull = extent === 'full';
      const score = await scoreClips(ask, {
        classes: labels.length,
        backgroundThreshold: threshold,
        mismatchSeed: isFull || !isPaper ? seed : undefined,
        robustness: isFull,
      });
      const names = background === undefined ? labels : [...labels, background];
      return scoredOf(score, names.slice(0, score.perClass.length), { isCalibrated: !isPaper });
    },
    extras: { always: ['attention'], shown: ['evidence'] },
    answer: (outputs, window) => windowAnswer(outputs, window, { classes: labels.length, threshold }),
    result: (answers, options) => clipResult(answers, labels, options),
    events: ({ events }) => events.map(({ probability, ...event }) => ({ ...event, score: probability })),
    summary: clipSummary,
    shares: answerShares,
    without: (window, modality) => withoutModality(window, modality, settings),
    windowSeconds: frontEnds[settings.frontEnd].seconds,
    preview: (reading) => readingShown(reading, settings),
    maps: (answer) => pictureMaps(answer, backbone.config),
    shown: (result, windows) =>
      resultShown(result, windows, { labels, settings, patchSize: backbone.config.patchSize }),
    async exported(adapter) {
      // As the encoder of ONNX files takes long to load, and few ask for one.
      const { exportGraph } = await import('./export.ts');
      return exportGraph({ model: folded, tensors: adapter, classes: labels, inputs: settings, threshold, backbone });
    },
    diagnose: alignmentProbe(config, clipModel),
  };
}
