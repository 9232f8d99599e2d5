// A long video, window by window: where the windows lie, and the events that their answers add up to.

export type LabelledWindow = {
  readonly start: number;
  readonly end: number;
  /** The best class, or undefined where sound and picture do not belong together. */
  readonly label: string | undefined;
  readonly probability: number;
};

/** Something that goes on for a while; times in seconds on the clip's clock, `probability` from 0 to 1. */
export type TimelineEvent = {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly probability: number;
};

/** Starts of windows of `seconds` that cover a clip: every `hop` from its start, and one that ends with it. */
export function windowStarts(duration: number, seconds: number, hop: number): number[] {
  const last = duration - seconds;
  if (last <= 0) return [0];
  const starts = Array.from({ length: Math.floor(last / hop) + 1 }, (_, index) => index * hop);
  // A last window that would move by less than a hundredth of a second adds nothing.
  return last - starts.at(-1)! > 0.01 ? [...starts, last] : starts;
}

/**
 * Neighbouring windows of one label become one event. Each window speaks for the time that is nearer to its middle than
 * to another's; an event's probability is the mean of its windows'.
 * @param threshold least probability of an event, 0 to 1.
 */
export function timelineEvents(windows: readonly LabelledWindow[], threshold: number): TimelineEvent[] {
  const middle = ({ start, end }: LabelledWindow) => (start + end) / 2;
  const groups: { label: string | undefined; start: number; end: number; probabilities: number[] }[] = [];
  for (const [index, window] of windows.entries()) {
    const before = windows[index - 1];
    const after = windows[index + 1];
    const start = before ? (middle(before) + middle(window)) / 2 : window.start;
    const end = after ? (middle(window) + middle(after)) / 2 : window.end;
    const open = groups.at(-1);
    if (open && open.label === window.label) {
      open.end = end;
      open.probabilities.push(window.probability);
    } else groups.push({ label: window.label, start, end, probabilities: [window.probability] });
  }
  return groups.flatMap(({ label, start, end, probabilities }) => {
    const probability = probabilities.reduce((sum, value) => sum + value, 0) / probabilities.length;
    return label !== undefined && probability >= threshold ? [{ start, end, label, probability }] : [];
  });
}
