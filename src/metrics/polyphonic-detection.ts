// The polyphonic sound detection score (Bilen et al. 2020): how much of the true events is found over all thresholds,
// for how many false alarms an hour, by how far detections and true events overlap.
import { type DetectedEvent, type LabelledSegment, labelsOf, merged } from './event-detection.ts';

export type Scenario = {
  /** Least share of a detection that true events of its class cover, for it to be right. */
  readonly detectionTolerance: number;
  /** Least share of a true event that right detections cover, for it to be found. */
  readonly truthTolerance: number;
  /** Least share of a false detection that true events of another class cover, for it to be a cross trigger. */
  readonly crossTriggerTolerance: number;
  /** Weight of cross triggers among false alarms. */
  readonly crossTriggerWeight: number;
  /** Weight of the classes' deviation from their mean. */
  readonly instabilityWeight: number;
};

/** DCASE's scenario 1, which asks for exact times, and 2, which asks not to confuse classes. */
export const scenarios: Readonly<Record<'exactTimes' | 'rightClasses', Scenario>> = {
  exactTimes: {
    ...{ detectionTolerance: 0.7, truthTolerance: 0.7 },
    ...{ crossTriggerTolerance: 0.3, crossTriggerWeight: 0, instabilityWeight: 1 },
  },
  rightClasses: {
    ...{ detectionTolerance: 0.1, truthTolerance: 0.1 },
    ...{ crossTriggerTolerance: 0.3, crossTriggerWeight: 0.5, instabilityWeight: 1 },
  },
};

const operatingPoints = Array.from({ length: 50 }, (_, i) => 0.01 + (0.98 * i) / 49);
const mostFalseAlarms = 100;

/**
 * The score, 0 to 1, NaN without true events. True events of one class must not overlap within a file.
 * @param seconds how long all files are together.
 */
export function polyphonicScore(
  detections: readonly DetectedEvent[],
  truths: readonly LabelledSegment[],
  seconds: number,
  scenario: Scenario,
): number {
  const labels = labelsOf(truths);
  if (labels.length === 0) return Number.NaN;
  const hours = seconds / 3600;
  const truthsOf = new Map(labels.map((label) => [label, truths.filter((truth) => truth.label === label)]));
  const curves = labels.map((label) =>
    operatingPoints.map((threshold) => {
      const confident = detections.filter((detection) => detection.label === label && detection.score > threshold);
      return ratesOf(merged(confident), label, truthsOf, hours, scenario);
    }),
  );
  const places = [...new Set(curves.flat().map(({ falseAlarms }) => falseAlarms))].sort((a, b) => a - b);
  const worth = (place: number) => {
    const found = curves.map((curve) =>
      Math.max(0, ...curve.filter(({ falseAlarms }) => falseAlarms <= place).map(({ recall }) => recall)),
    );
    const mean = found.reduce((sum, recall) => sum + recall, 0) / found.length;
    const variance = found.reduce((sum, recall) => sum + (recall - mean) ** 2, 0) / found.length;
    return Math.max(0, mean - scenario.instabilityWeight * Math.sqrt(variance));
  };
  const within = places.filter((place) => place <= mostFalseAlarms);
  const area = within.reduce((sum, place, i) => sum + worth(place) * ((within[i + 1] ?? mostFalseAlarms) - place), 0);
  return area / mostFalseAlarms;
}

/** Share of a class's true events found, and effective false alarms an hour. */
type Rates = { readonly recall: number; readonly falseAlarms: number };

function ratesOf(
  detections: readonly LabelledSegment[],
  label: string,
  truthsOf: ReadonlyMap<string, readonly LabelledSegment[]>,
  hours: number,
  scenario: Scenario,
): Rates {
  const own = truthsOf.get(label)!;
  const isRight = (detection: LabelledSegment) => covered(detection, own) >= scenario.detectionTolerance;
  const right = detections.filter(isRight);
  const wrong = detections.filter((detection) => !isRight(detection));
  const found = own.filter((truth) => covered(truth, right) >= scenario.truthTolerance);
  const others = [...truthsOf].filter(([other]) => other !== label);
  const crossTriggers = others.map(([, events]) => {
    const triggered = wrong.filter((detection) => covered(detection, events) >= scenario.crossTriggerTolerance);
    return triggered.length / (totalLength(events) / 3600);
  });
  const meanCrossTriggers = crossTriggers.reduce((sum, rate) => sum + rate, 0) / Math.max(1, others.length);
  return {
    recall: found.length / own.length,
    falseAlarms: wrong.length / hours + scenario.crossTriggerWeight * meanCrossTriggers,
  };
}

/** Share of an event that others of its file cover; overlaps of those count twice. */
function covered(event: LabelledSegment, others: readonly LabelledSegment[]): number {
  const shared = others
    .filter(({ video }) => video === event.video)
    .reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, event.end) - Math.max(start, event.start)), 0);
  return shared / (event.end - event.start);
}

function totalLength(events: readonly LabelledSegment[]): number {
  return events.reduce((sum, { start, end }) => sum + end - start, 0);
}
