// Training on several tasks in turn. A round is one step of every running task; the learning rate moves by rounds.
// Tasks that no longer improve pause and look again now and then (stop-and-go: Lu et al. 2020, "12-in-1").

/** Where a task stands. A paused task still takes a step every few rounds. */
export type TaskProgress = {
  readonly best: number;
  /** Validations in a row that were no better. */
  readonly worse: number;
  /** Validations during which being no better does not count. */
  readonly coolDown: number;
  readonly isPaused: boolean;
};

export const taskStart: TaskProgress = { best: 0, worse: 0, coolDown: 0, isPaused: false };

/** A score has to pass the best by this factor to be better. */
const improvement = 1.001;
/** A paused task that falls below the best by this factor goes on. */
const decline = 0.995;
const patience = 1;
/** A paused task takes a step in every so many rounds. */
const pausedInterval = 4;

/** @param score what validation gave, such as mean average precision. */
export function afterValidation(progress: TaskProgress, score: number): TaskProgress {
  const isBetter = score > improvement * progress.best;
  const best = isBetter ? score : progress.best;
  const coolDown = Math.max(0, progress.coolDown - 1);
  const worse = isBetter || progress.coolDown > 0 ? 0 : progress.worse + 1;
  if (worse > patience) return { best, worse: 0, coolDown: 1, isPaused: true };
  if (progress.isPaused && score < decline * best) return { best, worse: 0, coolDown: 1, isPaused: false };
  return { best, worse, coolDown, isPaused: progress.isPaused };
}

/** The tasks that take a step in a round, counted from 0. */
export function tasksOfRound(round: number, progress: ReadonlyMap<string, TaskProgress>): string[] {
  return [...progress].flatMap(([task, { isPaused }]) => (isPaused && round % pausedInterval !== 0 ? [] : [task]));
}

/** Rounds in an epoch: as many as the task with the most clips has batches. */
export function roundsInEpoch(clips: Iterable<number>, batchSize: number): number {
  return Math.max(...[...clips].map((count) => Math.ceil(count / batchSize)));
}

export type RoundSchedule = {
  /** The rate at its highest. */
  readonly learningRate: number;
  /** Rounds in which the rate rises linearly from zero. */
  readonly warmupRounds: number;
  /** Rounds in all. */
  readonly rounds: number;
};

const leastRate = 1e-8;

/** The learning rate of a round, counted from 0: linear, then half a cosine. */
export function learningRateOfRound(round: number, { learningRate, warmupRounds, rounds }: RoundSchedule): number {
  if (round < warmupRounds) return (learningRate * round) / Math.max(1, warmupRounds - 1);
  const progress = (round - warmupRounds) / (rounds - warmupRounds);
  return leastRate + ((learningRate - leastRate) * (1 + Math.cos(Math.PI * progress))) / 2;
}
