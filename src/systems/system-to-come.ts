// What is there of a system that cannot be trained by name yet: it lacks what it says of clips, and how it is scored.
import type * as z from 'zod';
import type { Annotation } from '../data/annotation.ts';
import type { Batch } from '../data/batch.ts';
import type { Intake } from '../data/intake.ts';
import type { Model, Stage } from '../model/model.ts';
import type { ParameterValues } from '../model/parameters.ts';
import type { Results } from '../runtime/feeds.ts';
import type { Metric } from '../train/metric.ts';
import type { StepBatch } from '../train/step.ts';
import type { BackboneConfig } from '../weights/backbone.ts';
import type { Golden } from './system.ts';

/** What is known once data and backbones are open. */
type Known = {
  /** Of the classes, in the order of the scores. */
  readonly labels: readonly string[];
  /** The label of clips that show no event, where the data has one. */
  readonly background?: string | undefined;
  readonly vit: BackboneConfig;
};

export type SystemToCome<Settings = unknown> = {
  readonly name: string;
  readonly annotation: Annotation['kind'];
  readonly settings: z.ZodType<Settings>;
  /** Full settings by name; names are unique among all systems, so that a recipe chooses the system too. */
  readonly recipes: Readonly<Record<string, Settings>>;
  /** The first chooses the epoch that is kept, the second breaks ties. */
  readonly metrics: readonly Metric[];
  // A method, so that a system of any settings is a plain System: both ends of a call are one system's.
  open(settings: Settings, known: Known): OpenSystem;
  readonly golden?: Golden | undefined;
};

type OpenSystem = {
  readonly intake: Intake;
  /** In the order of training. */
  readonly stages: readonly Stage[];
  /** What is left for prediction. */
  fold(trained: ParameterValues): { readonly parameters: ParameterValues; readonly model: Model };
  /** A batch as the last stage's step is fed it. @param step counted from 0 over the run. */
  stepBatch(batch: Batch, step: number): StepBatch;
  /** How many clips of a batch can be judged as they are trained on, and how many of them are right. */
  judge(batch: Batch, logged: Results): { readonly judged: number; readonly right: number };
};
