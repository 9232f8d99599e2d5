// What camera and microphone give, with a meter for the sound.
import { useEffect, useRef } from 'preact/hooks';
import { cameraProblem, cameraState, level, stream, turnOff, turnOn } from '../state/camera.ts';
import { classes } from '../state/project.ts';
import { recordingClass } from '../state/recording.ts';
import { Button } from '../ui/controls.tsx';

export function CameraPanel() {
  const isOn = cameraState.value === 'on';
  const recorded = classes.value.find(({ id }) => id === recordingClass.value);
  return (
    <aside class="camera-panel" aria-label="Camera and microphone">
      <div class={`stage ${recorded ? 'recording' : ''}`}>
        {isOn ? (
          <>
            <LivePicture />
            {recorded && <p class="on-air">Recording “{recorded.name}”</p>}
          </>
        ) : (
          <div class="stage-empty">
            <p>
              {cameraProblem.value ?? 'Camera and microphone are off. What they show and hear stays in this browser.'}
            </p>
            <Button look="primary" disabled={cameraState.value === 'asking'} onClick={() => void turnOn()}>
              {cameraState.value === 'asking'
                ? 'Waiting for permission…'
                : cameraProblem.value
                  ? 'Try again'
                  : 'Turn on camera and microphone'}
            </Button>
          </div>
        )}
      </div>
      {isOn && (
        <div class="row spread">
          <LevelMeter />
          <Button look="quiet" onClick={turnOff}>
            Turn off
          </Button>
        </div>
      )}
    </aside>
  );
}

/** The camera's picture as a mirror shows it. */
export function LivePicture(props: { readonly onVideo?: (video: HTMLVideoElement | null) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    video.current!.srcObject = stream.value ?? null;
    props.onVideo?.(video.current);
    return () => props.onVideo?.(null);
  }, [stream.value]);
  return <video ref={video} class="live" autoPlay muted playsInline aria-label="Live picture of the camera" />;
}

/** Loudness in decibels below full scale, from -60 to 0. */
export function LevelMeter() {
  const decibels = Math.max(-60, 20 * Math.log10(Math.max(level.value, 1e-6)));
  const share = (decibels + 60) / 60;
  return (
    <>
      <div class="meter" aria-hidden="true">
        <span style={{ transform: `scaleX(${share.toFixed(3)})` }} class={share > 0.97 ? 'too-loud' : ''} />
      </div>
      <meter
        class="visually-hidden"
        aria-label="Loudness of the microphone"
        min={-60}
        max={0}
        value={Math.round(decibels)}
      />
    </>
  );
}
