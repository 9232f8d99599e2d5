// Which moment of which recording a clip shows and lets hear, as it is or tampered with.
import type { Period, Tampering } from './tampering.ts';

/** A time in seconds from the beginning of a recording: the clip's own, or the other that the tampering names. */
export type Moment = { readonly of: 'own' | 'other'; readonly time: number };

export type TamperedClip = {
  /** What is shown at a time of the clip. */
  shown(time: number): Moment;
  /** Where the sound begins, and how many times as fast it runs. */
  readonly heard: Moment & { readonly speed: number };
  /** When picture and sound are not as recorded together. */
  readonly fakePeriods: readonly Period[];
};

/** The farthest that a shifted sound moves, and how much a side that runs faster uses up, of what a recording has. */
const longestShift = 1;
const highestSpeed = 1.15;

/** Seconds that a clip of a recording can last, whatever is done to it: real clips and fakes are then equally long. */
export function clipSeconds(recorded: number): number {
  return Math.min(recorded - longestShift, recorded / highestSpeed);
}

/** @param seconds of the clip, at most `clipSeconds` of the recording. @param tampering undefined for a real clip. */
export function tamperedClip(seconds: number, tampering: Tampering | undefined): TamperedClip {
  const own = (time: number): Moment => ({ of: 'own', time });
  const asRecorded: TamperedClip = { shown: own, heard: { ...own(0), speed: 1 }, fakePeriods: [] };
  const throughout = { ...asRecorded, fakePeriods: [{ start: 0, end: seconds }] };
  switch (tampering?.kind) {
    case undefined:
      return asRecorded;
    case 'exchanged-sound':
      return { ...throughout, heard: { of: 'other', time: 0, speed: 1 } };
    case 'shifted-sound': {
      const late = Math.max(0, tampering.seconds);
      const heard = { ...own(late - tampering.seconds), speed: 1 };
      return { ...throughout, shown: (time) => own(time + late), heard };
    }
    case 'retimed-sound':
      return { ...throughout, heard: { ...own(0), speed: tampering.factor } };
    case 'retimed-picture':
      return { ...throughout, shown: (time) => own(time * tampering.factor) };
    case 'reversed-picture':
      return { ...throughout, shown: (time) => own(seconds - time) };
    case 'frozen-picture': {
      const { start, end } = tampering.period;
      const shown = (time: number) => own(time >= start && time < end ? start : time);
      return { ...asRecorded, shown, fakePeriods: [tampering.period] };
    }
    case 'replaced-picture': {
      const { start, end } = tampering.period;
      const shown = (time: number): Moment =>
        time >= start && time < end ? { of: 'other', time: time - start } : own(time);
      return { ...asRecorded, shown, fakePeriods: [tampering.period] };
    }
  }
}
