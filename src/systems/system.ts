// What a system is. Everything here is pure and safe for a browser: no file, no session, no clock.
import type * as z from 'zod';
import type { Annotation, AnnotationKind } from '../data/annotation.ts';
import type { Batch } from '../data/batch.ts';
import type { EventLimits } from '../data/check-events.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Arrays, Intake, Json, Pass, Reading, Row, Window } from '../data/intake.ts';
import type { MissingModality, MissingPolicy } from '../data/model-inputs.ts';
import type { ScoredEvent } from '../files/events/events.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import type { EncodedGraph } from '../graph/encode-onnx.ts';
import type { Media } from '../media/media.ts';
import type { Model, Stage } from '../model/model.ts';
import type { ParameterCounts, ParameterValues } from '../model/parameters.ts';
import type { CurvesShown, MapShown, Shown, ShownSection } from '../report/shown.ts';
import type { Results } from '../runtime/feeds.ts';
import type { OpenSession } from '../runtime/session.ts';
import type { Box } from '../signal/box.ts';
import type { Channels } from '../signal/waveform.ts';
import type { CurvedEpoch } from '../train/checkpoint.ts';
import type { Comparison } from '../train/comparison.ts';
import type { KeptLesson } from '../train/kept-lesson.ts';
import type { Metric, Metrics } from '../train/metric.ts';
import type { OptimisersOfAims } from '../train/optimiser.ts';
import type { TrainingSettings } from '../train/settings.ts';
import type { StepBatch } from '../train/step.ts';
import type { UpgradeConfig } from '../weights/adapter-config.ts';
import type { Backbone } from '../weights/backbone.ts';
import type { TextBackboneRecord } from '../weights/check-prompt.ts';
import type { VectorSpaces } from './vector-spaces.ts';

/** What every system's settings have; a recipe is a full set of them. */
export type SystemSettings = TrainingSettings & { readonly recipe: string; readonly missing: MissingPolicy };

/** What the data and the backbone decide. */
export type Known = {
  /** The classes, sorted, or those of a trained adapter in its order. */
  readonly labels: readonly string[];
  /** The label of clips that show nothing, where the data has such. */
  readonly background?: string | undefined;
  readonly backbone: Backbone;
  /** The text encoder that the classes' vectors come from, of a system that knows its classes by texts. */
  readonly textEncoder?: TextBackboneRecord | undefined;
  /** What a trained adapter decides by, as its system wrote it; see `OpenSystem.decision`. */
  readonly decision?: Readonly<Record<string, Json>> | undefined;
};

/** The rows of one batch with their arrays, and the model's answers to them, [B, ...] by name. */
export type Answered = { readonly rows: readonly Row[]; readonly arrays: Arrays; readonly outputs: Results };

/** Walks over the clips that are scored, and gives the model's answers. */
export type Ask = (pass: Pass) => AsyncIterable<Answered>;

export type ScoreOptions = {
  /** `epoch`: what choosing an epoch needs. `full`: everything, for an evaluation. */
  readonly extent: 'epoch' | 'full';
  /** Names random draws. */
  readonly seed: number;
};

/** A scored clip as `--predictions` writes it. */
export type ScoredClip = { readonly path: string } & Readonly<Record<string, Json>>;

export type Scored = {
  readonly metrics: Metrics;
  /** What a program reads beside the metrics. */
  readonly details: Readonly<Record<string, Json>>;
  readonly clips: readonly ScoredClip[];
  readonly shown: readonly ShownSection[];
  /** Ids of the clips to show one by one, the most telling first. */
  readonly telling: readonly string[];
  /** Corrects the adapter by what the clips have shown; only where the system does so. */
  calibrate?(folded: ParameterValues): ParameterValues;
};

/** A stage on clips, and how a batch becomes a step. */
export type ClipStage = Stage & {
  readonly on: 'clips';
  /** @param step counted from 0 over the run, names draws. */
  stepBatch(batch: Batch, step: number): StepBatch;
  /** How many rows can be judged as they are trained on, and how many of them are right. */
  judge?(batch: Batch, logged: Results): { readonly judged: number; readonly right: number };
  /** Of aims that are not trained by the run's own optimiser. */
  readonly optimisers?: OptimisersOfAims | undefined;
  /** What differs from the run's settings, such as how many epochs it has. */
  readonly settings?: Partial<TrainingSettings> | undefined;
  /** The decay, at most, of a moving average of the weights, which then is what is validated and kept. */
  readonly averaging?: number | undefined;
  /** The intake's word for its walks over the training clips. Default: `train`. */
  readonly pass?: string | undefined;
  /**
   * Whether a row has the same inputs in every epoch: what it becomes is then computed once, where nothing is trained
   * before the features.
   */
  readonly rowsRepeat?: boolean | undefined;
};

/** A stage on features that are computed once. */
export type KeptStage = Stage & {
  readonly on: 'kept features';
  readonly lesson: KeptLesson;
  /** The values of its model among the run's; arrays that it trains are the run's own, and are changed in place. */
  values(parameters: ParameterValues): ParameterValues;
  /**
   * Beside the backbone and the reading, all that a clip's features in the lesson's first walk depend on: not on the
   * classes, nor on other clips. Only of a stage whose features may be kept from one run to the next.
   */
  readonly featuresKey?: Json | undefined;
};

/** A window's answer as shares of the classes, for bars and lines over time. */
export type ClassShares = {
  /** Of each label that is known, in their order; they sum to one. */
  readonly shares: readonly number[];
  /** Index of the best. */
  readonly best: number;
  /** How likely picture and sound do not belong together; undefined where that is not asked. */
  readonly unrelated: number | undefined;
  readonly isUnrelated: boolean;
};

/** A stretch of a clip's sound in two parts that add up to it. */
export type Stems = {
  /** What was asked for. */
  readonly target: Channels;
  /** Everything else. */
  readonly rest: Channels;
};

export type StemsOptions = {
  readonly openSession: OpenSession;
  /** The adapter's. */
  readonly tensors: ParameterValues;
  /** Seconds between windows; the intake's own choice by default. */
  readonly hop?: number | undefined;
  /**
   * The parts of the picture, in its pixels, that show the target, and what else is in view where the system asks for
   * it.
   */
  readonly boxes?: readonly Box[] | undefined;
  /** Called now and then with how many seconds of the clip are done. */
  readonly onProgress?: ((seconds: number) => void) | undefined;
};

/** What reads clips where that takes a session, such as for a backbone's features. */
export type ClipReader = Pick<Intake, 'read' | 'windows'> & { release(): Promise<void> };

/** Texts as vectors of length 1, by the text encoder that the system's classes are known by. */
export type Embed = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

/** The training clips before anything is learned. */
export type TrainingClips = {
  /** Walks over them. */
  walk(pass: Pass): AsyncIterable<Batch>;
  readonly embed: Embed;
};

/** A system with its settings, classes and backbone fixed: what training and prediction call. */
export type OpenSystem<Answer = unknown, Result = unknown, Options = unknown> = {
  readonly intake: Intake;
  /**
   * Only of a system whose readings need a session: what then reads clips in the intake's place, in the caller's
   * process. Its readings are stored under the intake's key, which has the backbone's hash.
   */
  reader?(openSession: OpenSession): Promise<ClipReader>;
  /** First values of parameters that follow from the training clips or from the classes' names. */
  firstValues?(clips: TrainingClips): Promise<ParameterValues>;
  /** First values that a file of published weights gives. @throws DuetError for a file that does not fit. */
  startingWeights?(tensors: ReadonlyMap<string, NamedTensor>, name: string): ParameterValues;
  /** Trained one after another; each begins with the parameters of the one before it. */
  readonly stages: readonly (ClipStage | KeptStage)[];
  readonly counts: ParameterCounts;
  /** What predicts, and what is left of the trained parameters for it. */
  readonly folded: Model;
  /** The parameters of `folded`, from those that were trained. */
  fold(trained: ParameterValues): ParameterValues;
  /** Thresholds, calibrations and the like, which are written into the adapter. */
  readonly decision: Readonly<Record<string, Json>>;
  /**
   * Only of a system whose verdict may be a false alarm: the decision by which that many of such clips are called fake.
   * @param results of real clips. @param falseAlarms a share. @throws DuetError where the clips are too few for it.
   */
  calibrated?(results: readonly Result[], falseAlarms: number): Readonly<Record<string, Json>>;
  /** Sentences that a user should read before training. */
  notes?(): readonly string[];
  /** @throws DuetError where the clips cannot be scored. */
  score(ask: Ask, options: ScoreOptions): Promise<Scored>;
  /** What `answers` is asked for beyond the usual: with every answer, and only where answers are shown to people. */
  readonly extras: { readonly always: readonly string[]; readonly shown: readonly string[] };
  /** A window's answer from the model's outputs for it, [1, ...] by name. */
  answer(outputs: Results, window: Window): Answer;
  /** What the answers to a clip's windows add up to. */
  result(answers: readonly Answer[], options: Options): Result;
  /** Only of systems that find events in time: those of a result, for label tracks, subtitles and tables. */
  events?(result: Result): readonly ScoredEvent[];
  /**
   * Only of systems that know their classes by texts: the adapter's parameters for other classes, with whose names as
   * labels the system is then opened.
   */
  withClasses?(adapter: ParameterValues, names: readonly string[], embed: Embed): Promise<ParameterValues>;
  /** A clip's result in a line and what follows it, for a terminal. */
  summary(result: Result): { readonly headline: string; readonly shown: readonly Shown[] };
  /** Only of a system that classifies. */
  shares?(answer: Answer): ClassShares;
  /** Only of a system that places windows and queries in spaces of vectors: for index and search. */
  readonly vectors?: VectorSpaces<Answer> | undefined;
  /** Only of a system without classes that asks whether picture and sound belong together: how likely they do not. */
  unrelated?(answer: Answer): number;
  /** A window with a plain picture or silence in the place of one modality, to see what the other is worth. */
  without?(window: Window, modality: MissingModality): Window;
  /** Seconds that it looks at together. */
  readonly windowSeconds?: number | undefined;
  /** What a clip's reading holds of picture and sound, to show the clip among others. */
  preview?(reading: Reading): readonly Shown[];
  /** What an answer says of the picture: maps by name, over the whole frame. */
  maps?(answer: Answer): Readonly<Record<string, MapShown | undefined>>;
  /** A clip's result, and some of its windows, for people. */
  shown(result: Result, windows: readonly ShownWindow<Answer>[]): readonly Shown[];
  /** The whole model for one window as one ONNX file, from decoded media to answers. */
  exported?(adapter: ParameterValues): Promise<EncodedGraph>;
  /**
   * Only of systems whose answer is sound: an open clip's in stems, at its own rate and with its own channels.
   * @throws DuetError for clips that lack what the system needs, and boxes that are not in the picture.
   */
  stems?(media: Media, options: StemsOptions): AsyncIterable<Stems>;
  /** Numbers of an epoch beyond its metrics, such as how alike picture and sound are block by block. */
  readonly diagnose?: Diagnosis | undefined;
};

/** A graph of its own over the training's parameters, run at an epoch's end, and what its answers come to. */
export type Diagnosis = {
  readonly model: Model;
  /** @param answered the clips of the validation split, or of the training split without one. */
  measure(answered: AsyncIterable<Answered>): Promise<Json | undefined>;
  /** What is measured, as a title and in a sentence or two. */
  readonly title: string;
  readonly note: string;
  /** The measurements over the epochs, 0 being the start. */
  shown(measured: readonly { readonly epoch: number; readonly value: Json }[]): readonly Shown[];
};

export type ShownWindow<Answer = unknown> = {
  /** What people call the clip. */
  readonly name: string;
  readonly window: Window;
  readonly answer: Answer;
  /** What is truly there, where that is known: in a word, and as the clip is annotated. */
  readonly truth?: string | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
  /** Where what sounds truly is, in fractions of the frame, where that is known. */
  readonly box?: Box | undefined;
  /** Which of the system's maps is shown; by default its own choice. */
  readonly map?: string | undefined;
};

/** Reference runs that are recorded in files, as `verify` takes them. */
export type Golden = {
  /** Whether a file with such metadata is of this system. */
  reads(metadata: Readonly<Record<string, string>>): boolean;
  /** Repeats the run. @throws DuetError when the bytes, called `name`, are no such run. */
  compare(bytes: Uint8Array, name: string, openSession: OpenSession): Promise<readonly Comparison[]>;
};

/** A way of learning from picture and sound together: its settings, recipes and metrics, and how it opens. */
export type System<
  Settings extends SystemSettings = SystemSettings,
  Answer = unknown,
  Result = unknown,
  Options = unknown,
> = {
  /** In adapter_config.json and config.json. */
  readonly name: string;
  /** What its training clips must be annotated with. */
  readonly annotation: AnnotationKind;
  /** A field's `.meta()` has its flag, help and group: command line, forms and experiments read it. */
  readonly settings: z.ZodType<Settings>;
  /** Names are unique among all systems: a recipe chooses the system too. */
  readonly recipes: Readonly<Record<string, Settings>>;
  /** The recipe of this system that is taken where none is named. */
  readonly usualRecipe: string;
  /** The first chooses the epoch, the second breaks ties. */
  readonly metrics: readonly Metric[];
  /** Of a clip: for `predict --json`, the server and the library's type. */
  readonly result: z.ZodType<Result>;
  /** What may be asked of a result; a field's `.meta()` has its flag and help. Every field has a default. */
  readonly resultOptions: z.ZodType<Options>;
  /** Settings without what the others leave nothing to do. @throws DuetError where they contradict each other. */
  coherent(settings: Settings): Settings;
  /** The settings with what the training data decides of them. @throws DuetError for data that has nothing to learn. */
  settledBy?(settings: Settings, dataset: Dataset): Settings;
  /** Only of systems that locate events: which of them can be located. */
  eventLimits?(settings: Settings): EventLimits;
  /** @throws DuetError for data that cannot be learned with these settings. */
  checkData?(settings: Settings, dataset: Dataset): void;
  /** The system for these classes and this backbone. @throws DuetError where they do not fit the settings. */
  open(settings: Settings, known: Known): OpenSystem<Answer, Result, Options>;
  /** Brings an adapter of an older format to today's; undefined for one that it does not know. */
  readonly upgradeAdapter?: UpgradeConfig;
  readonly golden?: Golden;
  /** The names of the maps that its answers have, the usual one first. */
  readonly maps?: readonly string[];
  /** Training over epochs as curves, those without a value left out. */
  curves(history: readonly CurvedEpoch[], kept: number | undefined): readonly CurvesShown[];
};
