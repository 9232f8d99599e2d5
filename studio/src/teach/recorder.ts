// Recording camera and microphone into a small video file.
import {
  BufferTarget,
  getFirstEncodableAudioCodec,
  getFirstEncodableVideoCodec,
  MediaStreamAudioTrackSource,
  MediaStreamVideoTrackSource,
  Mp4OutputFormat,
  Output,
  QUALITY_HIGH,
  WebMOutputFormat,
} from 'mediabunny';
import { DuetError } from '../../../src/errors.ts';

export type Recording = {
  /** The file, or undefined when it is too short to learn from. */
  stop(): Promise<File | undefined>;
};

const shortestSeconds = 0.5;

/** Starts at once, until it is stopped. @throws DuetError when the browser cannot encode. */
export async function startRecording(stream: MediaStream, name: string): Promise<Recording> {
  const { format, videoCodec, audioCodec, type } = await encodable();
  const output = new Output({ format, target: new BufferTarget() });
  const video = new MediaStreamVideoTrackSource(stream.getVideoTracks()[0] as MediaStreamVideoTrack, {
    codec: videoCodec,
    bitrate: QUALITY_HIGH,
    sizeChangeBehavior: 'contain',
  });
  const audio = new MediaStreamAudioTrackSource(stream.getAudioTracks()[0] as MediaStreamAudioTrack, {
    codec: audioCodec,
    bitrate: 128_000,
  });
  let failure: unknown;
  for (const source of [video, audio]) source.errorPromise.catch((error: unknown) => (failure = error));
  output.addVideoTrack(video);
  output.addAudioTrack(audio);
  await output.start();
  const began = performance.now();
  return {
    async stop() {
      const seconds = (performance.now() - began) / 1000;
      if (failure || seconds < shortestSeconds) {
        await output.cancel();
        if (failure) throw new DuetError('The recording broke off; turn the camera off and on, and try again.');
        return undefined;
      }
      await output.finalize();
      return new File([output.target.buffer!], `${name}.${type.endsWith('webm') ? 'webm' : 'mp4'}`, { type });
    },
  };
}

async function encodable() {
  const [vp8, opus] = await Promise.all([
    getFirstEncodableVideoCodec(['vp8', 'vp9']),
    getFirstEncodableAudioCodec(['opus']),
  ]);
  if (vp8 && opus) return { format: new WebMOutputFormat(), videoCodec: vp8, audioCodec: opus, type: 'video/webm' };
  const [avc, aac] = await Promise.all([
    getFirstEncodableVideoCodec(['avc']),
    getFirstEncodableAudioCodec(['aac', 'opus']),
  ]);
  if (avc && aac) return { format: new Mp4OutputFormat(), videoCodec: avc, audioCodec: aac, type: 'video/mp4' };
  throw new DuetError(
    'This browser cannot record video with sound; add files instead, or use a current Chrome, Edge, Firefox or Safari.',
  );
}
