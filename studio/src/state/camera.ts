// Camera and microphone: one stream for recording and for watching, and how loud it is.
import { signal } from '@preact/signals';
import { DuetError } from '../../../src/errors.ts';
import listenerUrl from '../engine/listener.ts?worker&url';

export type CameraState = 'off' | 'asking' | 'on' | 'refused';

export const cameraState = signal<CameraState>('off');
export const stream = signal<MediaStream | undefined>(undefined);
/** Why there is no stream, in one sentence. */
export const cameraProblem = signal<string | undefined>(undefined);
/** Root mean square of the last moment's sound, 0 to 1. */
export const level = signal(0);

let context: AudioContext | undefined;
const hearers = new Set<(samples: Float32Array) => void>();

/** Hertz of what hearers are given; undefined while the microphone is off. */
export function soundRate(): number | undefined {
  return context?.sampleRate;
}

/** Calls back with each stretch of sound, one channel. @returns what ends it. */
export function hear(hearer: (samples: Float32Array) => void): () => void {
  hearers.add(hearer);
  return () => hearers.delete(hearer);
}

/** Asks for camera and microphone and turns them on. */
export async function turnOn(): Promise<MediaStream | undefined> {
  if (stream.value) return stream.value;
  cameraState.value = 'asking';
  cameraProblem.value = undefined;
  try {
    if (!navigator.mediaDevices?.getUserMedia)
      throw new DuetError(
        'The browser gives camera and microphone only to pages on this computer or over https; open the page that way, or add files.',
      );
    const given = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 } },
      // What calls do to voices would take away the very sounds to be learnt.
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    await listen(given);
    for (const track of given.getTracks()) track.addEventListener('ended', () => lost(track.kind));
    stream.value = given;
    cameraState.value = 'on';
    return given;
  } catch (error) {
    cameraState.value = 'refused';
    cameraProblem.value = await reasonOf(error);
    return undefined;
  }
}

export function turnOff(): void {
  for (const track of stream.value?.getTracks() ?? []) track.stop();
  stream.value = undefined;
  void context?.close();
  context = undefined;
  level.value = 0;
  if (cameraState.value === 'on') cameraState.value = 'off';
}

function lost(kind: string): void {
  turnOff();
  cameraState.value = 'refused';
  cameraProblem.value = `The ${kind === 'audio' ? 'microphone' : 'camera'} was taken away; plug it in again and turn it on, or add files.`;
}

async function listen(given: MediaStream): Promise<void> {
  context = new AudioContext();
  await context.resume();
  await context.audioWorklet.addModule(listenerUrl);
  const source = context.createMediaStreamSource(given);
  const listener = new AudioWorkletNode(context, 'listener', { numberOfOutputs: 0 });
  listener.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    level.value = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    for (const hearer of hearers) hearer(data);
  };
  source.connect(listener);
}

async function reasonOf(error: unknown): Promise<string> {
  if (error instanceof DuetError) return error.message;
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError')
    return 'The browser may not give this page camera and microphone; allow both beside the address and try again, or add files instead.';
  if (name === 'NotFoundError') {
    const kinds = (await navigator.mediaDevices.enumerateDevices()).map(({ kind }) => kind);
    const missing = kinds.includes('videoinput')
      ? 'no microphone'
      : kinds.includes('audioinput')
        ? 'no camera'
        : 'neither camera nor microphone';
    return `Duet learns from picture and sound together, and ${missing} was found; plug it in and try again, or add files instead.`;
  }
  if (name === 'NotReadableError')
    return 'Another program is using the camera or the microphone; close it and try again, or add files instead.';
  return 'Camera and microphone could not be turned on; try again, or add files instead.';
}
