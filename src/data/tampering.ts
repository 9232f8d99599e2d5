// The ways in which Duet makes fakes of real clips, and how one is drawn. Plain data, so that a row of a batch, or the
// list beside a file, can say what was done.
import type { Random } from '../random.ts';

/** A time in seconds within the tampered clip. */
export type Period = { readonly start: number; readonly end: number };

/** What was done. */
export type Tampering =
  /** The sound is that of another clip, from its beginning. */
  | { readonly kind: 'exchanged-sound'; readonly other: string }
  /** The sound comes so many seconds too late (above 0) or too early; what has no partner is cut off. */
  | { readonly kind: 'shifted-sound'; readonly seconds: number }
  /** One side runs so many times as fast as it was recorded. */
  | { readonly kind: 'retimed-sound' | 'retimed-picture'; readonly factor: number }
  | { readonly kind: 'reversed-picture' }
  | { readonly kind: 'frozen-picture'; readonly period: Period }
  /** For a time the picture is that of another clip, from its beginning. */
  | { readonly kind: 'replaced-picture'; readonly other: string; readonly period: Period };

export const tamperingKinds = [
  'exchanged-sound',
  'shifted-sound',
  'retimed-sound',
  'retimed-picture',
  'reversed-picture',
  'frozen-picture',
  'replaced-picture',
] as const satisfies readonly Tampering['kind'][];

export type TamperingKind = Tampering['kind'];

/** Whether sound or picture of another clip is taken. */
export function needsOther(kind: TamperingKind): boolean {
  return kind === 'exchanged-sound' || kind === 'replaced-picture';
}

export type TamperingChoice = {
  /** Length of the clip in seconds, above 3. */
  readonly seconds: number;
  /** Clips, best of the same recording conditions, that sound or picture may come from; none may be the clip itself. */
  readonly others: readonly string[];
};

/**
 * A kind drawn from those that are possible, and its strength: shifts of 0.3 to 1 s, 13 to 15 % faster or slower, a
 * third of the picture frozen or replaced.
 */
export function drawTampering(
  random: Random,
  { seconds, others }: TamperingChoice,
  kinds: readonly TamperingKind[] = tamperingKinds,
): Tampering {
  const possible = kinds.filter((kind) => others.length > 0 || !needsOther(kind));
  const kind = possible[random.integer(possible.length)]!;
  const sign = () => (random.uniform() < 0.5 ? -1 : 1);
  const other = () => others[random.integer(others.length)]!;
  const third = () => {
    const start = (random.uniform() * seconds * 2) / 3;
    return { start, end: start + seconds / 3 };
  };
  switch (kind) {
    case 'exchanged-sound':
      return { kind, other: other() };
    case 'shifted-sound':
      return { kind, seconds: sign() * (0.3 + 0.7 * random.uniform()) };
    case 'retimed-sound':
    case 'retimed-picture':
      return { kind, factor: 1 + sign() * (0.13 + 0.02 * random.uniform()) };
    case 'reversed-picture':
      return { kind };
    case 'frozen-picture':
      return { kind, period: third() };
    case 'replaced-picture':
      return { kind, other: other(), period: third() };
  }
}
