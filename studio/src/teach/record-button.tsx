// Hold to record: with the pointer, or with Space or Enter while it has the focus.
import { useEffect, useRef, useState } from 'preact/hooks';
import { cameraState, stream, turnOn } from '../state/camera.ts';
import { notify, notifyProblem } from '../state/notices.ts';
import { addFiles, examplesByClass } from '../state/project.ts';
import { recordingClass } from '../state/recording.ts';
import type { StoredClass } from '../storage/database.ts';
import { type Recording, startRecording } from './recorder.ts';

/** A longer moment is cut here: the model looks at five seconds. */
const longestSeconds = 10;

export function RecordButton({ one }: { readonly one: StoredClass }) {
  const [seconds, setSeconds] = useState<number>();
  const held = useRef(false);
  const recording = useRef<Promise<Recording>>(undefined);
  const isRecording = seconds !== undefined;

  useEffect(() => {
    if (!isRecording) return;
    const began = performance.now();
    const timer = setInterval(() => {
      // On a busy computer it may ring once more after the end.
      if (!held.current) return;
      const passed = (performance.now() - began) / 1000;
      setSeconds(passed);
      if (passed >= longestSeconds) void end();
    }, 100);
    return () => clearInterval(timer);
  }, [isRecording]);

  const begin = async () => {
    if (held.current || recordingClass.value) return;
    if (!stream.value) {
      if (await turnOn()) notify('Camera and microphone are on: now hold the button while it happens.');
      return;
    }
    held.current = true;
    recordingClass.value = one.id;
    setSeconds(0);
    const count = (examplesByClass.value.get(one.id)?.length ?? 0) + 1;
    recording.current = startRecording(stream.value, `recording-${count}`);
    recording.current.catch((error: unknown) => {
      notifyProblem(error);
      reset();
    });
  };
  const reset = () => {
    held.current = false;
    recordingClass.value = undefined;
    setSeconds(undefined);
  };
  const end = async () => {
    if (!held.current) return;
    reset();
    try {
      const file = await (await recording.current!).stop();
      if (file) await addFiles(one.id, [file]);
      else notify('That was too short. Hold the button as long as it happens.');
    } catch (error) {
      notifyProblem(error);
    }
  };
  const isHolding = (key: string) => key === ' ' || key === 'Enter';
  return (
    <button
      type="button"
      class={`button record ${isRecording ? 'recording' : ''}`}
      aria-pressed={isRecording}
      aria-label={isRecording ? `${seconds.toFixed(1)} s of ${one.name} recorded` : `Hold to record ${one.name}`}
      disabled={
        cameraState.value === 'asking' || (recordingClass.value !== undefined && recordingClass.value !== one.id)
      }
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        void begin();
      }}
      onPointerUp={() => void end()}
      onPointerCancel={() => void end()}
      onKeyDown={(event) => {
        if (!isHolding(event.key)) return;
        event.preventDefault();
        if (!event.repeat) void begin();
      }}
      onKeyUp={(event) => isHolding(event.key) && void end()}
      onBlur={() => void end()}
      onContextMenu={(event) => event.preventDefault()}
    >
      <span class="lamp" aria-hidden="true" />
      {isRecording ? `${seconds.toFixed(1)} s` : 'Hold to record'}
    </button>
  );
}
