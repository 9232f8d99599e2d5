// The picture of a container that mediabunny demuxes.
import { EncodedPacketSink, type InputVideoTrack, VideoSampleSink } from 'mediabunny';
import type { Picture } from '../signal/picture.ts';
import { mostPixels } from './limits.ts';
import type { VideoTrack } from './media.ts';
import { mediaTimeAt, type Segment } from './presentation.ts';
import { samplePicture } from './sample-picture.ts';
import { eachWithinTime } from './time-limit.ts';
import { internalName, isEmpty, UndecodableTrack } from './undecodable-track.ts';

export type DescribedVideo = {
  readonly track: VideoTrack;
  readonly mirror: boolean;
  readonly firstTime: number;
  /** When the first frame is shown that can be decoded: it stands for the time before it, too. */
  readonly firstShown: number;
  /** The colour matrix that the container states. */
  readonly statedMatrix: string | undefined;
};

/** Undefined for a track that holds nothing. */
export async function describeVideo(track: InputVideoTrack): Promise<DescribedVideo | undefined> {
  const codec = await track.getCodec();
  // Damage shows here as what it is; canDecode would call the codec unsupported.
  await track.getDecoderConfig();
  if (codec === null || !(await track.canDecode()))
    throw new UndecodableTrack('video', codec ?? internalName(await track.getInternalCodecId()));
  if (await isEmpty(track)) return undefined;
  const { num, den } = await track.getPixelAspectRatio();
  const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
  if (!(width * height <= mostPixels)) throw new Error(`frames of ${width} x ${height} pixels`);
  return {
    mirror: await track.getFlip(),
    firstTime: await track.getFirstTimestamp(),
    firstShown: await firstKeyTime(track),
    statedMatrix: (await track.getColorSpace()).matrix ?? undefined,
    track: {
      codec: (await track.getCodecParameterString()) ?? codec,
      width,
      height,
      rotation: await track.getRotation(),
      pixelAspectRatio: num / den,
    },
  };
}

/** A recording that was cut anywhere begins with frames that cannot be decoded. */
async function firstKeyTime(track: InputVideoTrack): Promise<number> {
  const packets = new EncodedPacketSink(track);
  const first = await packets.getFirstPacket({ metadataOnly: true });
  const key = !first || first.type === 'key' ? first : await packets.getNextKeyPacket(first, { metadataOnly: true });
  return (key ?? first)?.timestamp ?? 0;
}

/** Where the last frame ends if the file does not say: after as long as the one before it lasts. */
export async function lastFrameEnd(track: InputVideoTrack): Promise<number> {
  const packets = new EncodedPacketSink(track);
  const last = await packets.getPacket(Number.POSITIVE_INFINITY, { metadataOnly: true });
  if (!last || last.duration > 0) return 0;
  const previous = await packets.getPacket(last.timestamp - 1 / (await track.getTimeResolution()), {
    metadataOnly: true,
  });
  return last.timestamp + (previous ? last.timestamp - previous.timestamp : 0);
}

/** The frames on show at `times` of the presentation that `segments` are. */
export async function readFrames(
  track: InputVideoTrack,
  video: DescribedVideo,
  segments: readonly Segment[],
  times: readonly number[],
): Promise<Picture[]> {
  const wanted = times.map((time) => Math.max(mediaTimeAt(segments, time), video.firstShown));
  // 4:4:4 H.264 needs a note from the stream's first packet, wherever reading starts (x264-version-node.ts).
  const leading = /^avc\d\.f4/i.test(video.track.codec) ? 1 : 0;
  if (leading) wanted.unshift(video.firstShown);
  const pictures: Picture[] = [];
  let last: { time: number; picture: Picture } | undefined;
  let count = 0;
  for await (const sample of eachWithinTime(new VideoSampleSink(track).samplesAtTimestamps(wanted))) {
    if (!sample) throw new Error(`no frame at ${wanted[count]?.toFixed(3)} s`);
    if (count++ < leading) {
      sample.close();
      continue;
    }
    try {
      if (last?.time !== sample.timestamp)
        last = {
          time: sample.timestamp,
          picture: await samplePicture(sample, video.track, video.mirror, video.statedMatrix),
        };
    } finally {
      sample.close();
    }
    pictures.push(last.picture);
  }
  return pictures;
}
