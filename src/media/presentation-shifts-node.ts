// From a demuxer's clock to the clip's, for packets that are copied as they are.
import type { Input } from 'mediabunny';
import { readBytes } from './container-kind-node.ts';
import { describeSound } from './demuxed-sound.ts';
import { openTimeline, type TrackTimeline } from './timeline-of-tracks.ts';

export type PresentationShifts = {
  /** What is added to a packet's time to get the clip's; absent without such a track, and for one of several stretches. */
  readonly picture?: number | undefined;
  readonly sound?: number | undefined;
};

/** @param source the path that the input was opened from. */
export async function presentationShifts(input: Input, source: string): Promise<PresentationShifts> {
  const [picture, sound] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  const timeline = await openTimeline(input, (position, length) => readBytes(source, position, length));
  const described = sound && (await describeSound(sound));
  const heard = sound && described && (await timeline.of(sound, described.firstTime));
  const shown = picture && (await timeline.of(picture, await picture.getFirstTimestamp()));
  const origin = Math.min(...[shown, heard].flatMap((one) => (one ? [one.start] : [])));
  const shiftOf = (track: TrackTimeline | null) =>
    track?.segments.length === 1 ? track.segments[0]!.start - track.segments[0]!.mediaStart - origin : undefined;
  return { picture: shiftOf(shown), sound: shiftOf(heard ?? null) };
}
