// Tampering acted out on what is kept of real clips: fakes to learn from and to be tested with, each with the times at
// fault.
import type { Period, Tampering } from '../../../data/tampering.ts';
import { bands, frameCount, frameSize, framesPerSecond, type Streams, stepsPerFrame, stretch } from './reading.ts';

export type Tampered = {
  readonly streams: Streams;
  /** When picture and sound are not as recorded together. */
  readonly fakePeriods: readonly Period[];
};

/** @param other the streams of the clip that the tampering names, if it names one. */
export function tamper(streams: Streams, tampering: Tampering, other?: Streams): Tampered {
  const frames = frameCount(streams);
  const whole = (made: Streams): Tampered => ({
    streams: made,
    fakePeriods: [{ start: 0, end: frameCount(made) / framesPerSecond }],
  });
  switch (tampering.kind) {
    case 'exchanged-sound': {
      const shared = Math.min(frames, frameCount(needed(other)));
      const own = stretch(streams, 0, shared);
      return whole({ frames: own.frames, energies: stretch(needed(other), 0, shared).energies });
    }
    case 'shifted-sound':
      return whole(shiftSound(streams, Math.round(tampering.seconds * framesPerSecond)));
    case 'retimed-picture': {
      const count = Math.min(frames, Math.floor((frames - 1) / tampering.factor) + 1);
      const picture = pickFrames(streams, count, (frame) => Math.round(frame * tampering.factor));
      return whole({ ...stretch(streams, 0, count), frames: picture });
    }
    case 'retimed-sound': {
      const count = Math.min(frames, Math.floor((frames - 1) / tampering.factor) + 1);
      return whole({ ...stretch(streams, 0, count), energies: retimeSound(streams, count, tampering.factor) });
    }
    case 'reversed-picture':
      return whole({ ...streams, frames: pickFrames(streams, frames, (frame) => frames - 1 - frame) });
    case 'frozen-picture': {
      const { start, end } = inFrames(tampering.period, frames);
      const picture = pickFrames(streams, frames, (frame) => (frame >= start && frame < end ? start : frame));
      return { streams: { ...streams, frames: picture }, fakePeriods: [tampering.period] };
    }
    case 'replaced-picture': {
      const { start, end } = inFrames(tampering.period, frames);
      const picture = streams.frames.slice();
      const taken = stretch(needed(other), 0, Math.min(end - start, frameCount(needed(other))));
      picture.set(taken.frames, start * frameSize ** 2);
      return { streams: { ...streams, frames: picture }, fakePeriods: [tampering.period] };
    }
  }
}

function needed(other: Streams | undefined): Streams {
  if (!other) throw new Error('this tampering needs the streams of another clip');
  return other;
}

function inFrames({ start, end }: Period, frames: number): { readonly start: number; readonly end: number } {
  const at = (seconds: number) => Math.min(frames, Math.max(0, Math.round(seconds * framesPerSecond)));
  return { start: at(start), end: at(end) };
}

function pickFrames({ frames }: Streams, count: number, source: (frame: number) => number): Uint8Array {
  const size = frameSize ** 2;
  const picked = new Uint8Array(count * size);
  for (let frame = 0; frame < count; frame++)
    picked.set(frames.subarray(source(frame) * size, (source(frame) + 1) * size), frame * size);
  return picked;
}

/** The moments at which both sides are there. */
function shiftSound(streams: Streams, late: number): Streams {
  const frames = frameCount(streams);
  const shared = frames - Math.abs(late);
  const start = Math.max(0, late);
  return {
    frames: stretch(streams, start, start + shared).frames,
    energies: stretch(streams, start - late, start - late + shared).energies,
  };
}

function retimeSound({ energies }: Streams, frames: number, factor: number): Float32Array {
  const steps = energies.length / bands;
  return Float32Array.from({ length: frames * stepsPerFrame * bands }, (_, place) => {
    const step = Math.min(steps - 1, Math.round(Math.floor(place / bands) * factor));
    return energies[step * bands + (place % bands)]!;
  });
}
