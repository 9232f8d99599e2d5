// When the tracks of a container are presented: by its edit lists, its encoder's notes on delay, and its kind of clock.
import { FLAC, type Input, type InputAudioTrack, type InputVideoTrack, MP3, MP4, MPEG_TS, OGG, QTFF } from 'mediabunny';
import { opusPreSkip } from './demuxed-sound.ts';
import { passedOverInFlac } from './flac-frames.ts';
import { mp3Presentation } from './mp3-delay.ts';
import { type EditList, mp4EditLists, type ReadBytes } from './mp4-edits.ts';
import { type Segment, untilMediaEnds } from './presentation.ts';
import { isEmpty } from './undecodable-track.ts';
import { vorbisLead } from './vorbis-lead.ts';

export type TrackTimeline = {
  /** In order, at least one. */
  readonly segments: readonly Segment[];
  /** When the track begins, on the clock that all tracks share. */
  readonly start: number;
  /** Where the file says when the presentation ends. */
  readonly end: number | undefined;
};

export type Timeline = {
  /** `firstTime`: the track's first sample on the demuxer's clock. */
  of(track: InputVideoTrack | InputAudioTrack, firstTime: number): Promise<TrackTimeline>;
};

/** Throws Error for edit lists that cannot be followed. */
export async function openTimeline(input: Input, read: ReadBytes): Promise<Timeline> {
  const format = await input.getFormat();
  const isMp4 = format === MP4 || format === QTFF;
  const edits = isMp4 ? await mp4EditLists(read) : undefined;
  const delayed = format === MP3 ? await mp3Presentation(read) : undefined;
  // Broadcasts' clocks begin anywhere; elsewhere what lies before 0 is a decoder's run-up.
  const hasNegativeTimes = isMp4 || format === MPEG_TS;

  const stated = (track: InputVideoTrack | InputAudioTrack, whole: Segment): EditList | undefined => {
    if (delayed) return { segments: delayed, slack: 0 };
    // The last packet's own length leaves out what its codec added.
    if (format === OGG) return { segments: [whole], slack: 0 };
    return edits?.get(track.id);
  };

  return {
    async of(track, first) {
      // The first sound of a stream whose clock begins anywhere is a run-up too; at time 0 it is left out already.
      const isRunUp = format === OGG && first > 0 && track.isAudioTrack() && (await track.getCodec()) === 'opus';
      const firstTime = isRunUp ? first + (await opusPreSkip(track)) : first;
      const whole = { start: firstTime, end: Number.POSITIVE_INFINITY, mediaStart: firstTime };
      if (format === FLAC)
        return { segments: [whole], start: firstTime, end: await flacEnd(track, await passedOverInFlac(input, read)) };
      const lead = format === OGG && (await track.getCodec()) === 'vorbis' ? await vorbisLead(track, read) : 0;
      const list = stated(track, { ...whole, mediaStart: whole.mediaStart + lead });
      // Its last packet ends at the last page's time, from which the lead is not taken off.
      const mediaEnd = list ? (await track.computeDuration()) + lead : 0;
      const segments = list
        ? untilMediaEnds(delayed ? withJoined(list.segments, mediaEnd) : list.segments, mediaEnd, list.slack)
        : [];
      if (segments.length > 0) return { segments, start: segments[0]!.start, end: segments.at(-1)!.end };
      return { segments: [whole], start: hasNegativeTimes ? firstTime : Math.max(0, firstTime), end: undefined };
    },
  };
}

/** Longer than any padding, in seconds. */
const longestPadding = 0.5;

/** MP3 files are joined by their bytes: the first one's length is not that of all. */
function withJoined(segments: readonly Segment[], mediaEnd: number): readonly Segment[] {
  return segments.map((segment) => {
    const there = segment.start + mediaEnd - segment.mediaStart;
    return there - segment.end > longestPadding ? { ...segment, end: Number.POSITIVE_INFINITY } : segment;
  });
}

/**
 * Where the sound of a FLAC file ends: after its last frame.
 * @throws Error where its header states more samples than are there.
 */
async function flacEnd(track: InputVideoTrack | InputAudioTrack, passedOver: number): Promise<number> {
  const rate = await track.getTimeResolution();
  const taken = (await isEmpty(track)) ? 0 : Math.round((await track.computeDuration()) * rate);
  const found = taken + passedOver;
  const stated = Math.round(((await track.getDurationFromMetadata()) ?? 0) * rate);
  if (stated > found) throw new Error(`${found} of the ${stated} samples that its header states are there`);
  return found / rate;
}
