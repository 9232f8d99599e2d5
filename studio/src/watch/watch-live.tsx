// Camera and microphone, recognised several times a second.
import { transfer } from 'comlink';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Moment } from '../engine/watching-worker.ts';
import { cameraProblem, cameraState, hear, soundRate, stream, turnOff, turnOn } from '../state/camera.ts';
import { watchingWorker } from '../state/engine.ts';
import { ensureOpened, model, openedModel, recoverWatching } from '../state/model.ts';
import { LevelMeter, LivePicture } from '../teach/camera-panel.tsx';
import { Button, Empty } from '../ui/controls.tsx';
import { MomentPictures, Probabilities, Verdict } from './answer.tsx';
import { Ribbon, type RibbonPoint } from './ribbon.tsx';
import type { Options } from './watch.tsx';

/** Seconds that the ribbon shows. */
const shownSeconds = 30;

export function WatchLive({ options }: { readonly options: Options }) {
  const { moment, points, rate, video } = useRecognition(options);
  if (cameraState.value !== 'on')
    return (
      <Empty title={cameraProblem.value ? 'Camera and microphone are not available' : 'Camera and microphone are off'}>
        <p>{cameraProblem.value ?? 'Turn them on and show it what you taught it. Or choose a file above.'}</p>
        <Button look="primary" disabled={cameraState.value === 'asking'} onClick={() => void turnOn()}>
          {cameraState.value === 'asking' ? 'Waiting for permission…' : 'Turn on camera and microphone'}
        </Button>
      </Empty>
    );
  const opened = openedModel.value;
  const now = points.at(-1)?.time ?? 0;
  return (
    <div class="watch-columns">
      <div class="view">
        <div class="stage">
          <LivePicture onVideo={(element) => (video.current = element)} />
        </div>
        <div class="row spread">
          <LevelMeter />
          <Button look="quiet" onClick={turnOff}>
            Turn off
          </Button>
        </div>
        <MomentPictures moment={moment} options={options} mirrored />
      </div>
      <div class="view">
        <Verdict moment={moment} classes={opened?.classes ?? []} />
        <div class="panel">
          <Probabilities moment={moment} classes={opened?.classes ?? []} />
        </div>
        <Ribbon points={points} from={now - shownSeconds} to={now} label="Probabilities over the last 30 seconds" />
        <p class="quiet" data-rate={rate}>
          {opened
            ? `It looks at the last ${opened.windowSeconds} seconds, ${rate > 0 ? `${rate.toFixed(1)} times a second` : '…'}, on ${opened.provider}.`
            : 'Loading the model…'}
        </p>
      </div>
    </div>
  );
}

/** Asks for one answer after another while camera and microphone are on. */
function useRecognition(options: Options) {
  const [moment, setMoment] = useState<Moment>();
  const [points, setPoints] = useState<readonly RibbonPoint[]>([]);
  const [rate, setRate] = useState(0);
  const video = useRef<HTMLVideoElement | null>(null);
  const wanted = useRef(options);
  wanted.current = options;
  // A better model takes the place of this one in the worker, while watching goes on.
  const hasModel = model.value !== undefined;

  useEffect(() => {
    if (!stream.value || !hasModel) return;
    let isOn = true;
    let stopHearing: () => void = () => undefined;
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d', { willReadFrequently: true })!;
    const began = performance.now();
    const times: number[] = [];

    const run = async () => {
      await ensureOpened();
      await watchingWorker().listen(soundRate()!);
      stopHearing = hear((samples) => void watchingWorker().hear(samples.slice()));
      while (isOn) {
        const element = video.current;
        // A page in the background is not drawn, and need not be recognised.
        if (!element || element.videoWidth === 0 || document.hidden) {
          await pause(100);
          continue;
        }
        canvas.width = element.videoWidth;
        canvas.height = element.videoHeight;
        pen.drawImage(element, 0, 0);
        const frame = pen.getImageData(0, 0, canvas.width, canvas.height);
        const { overlay, ...given } = wanted.current;
        const seen = await watchingWorker().live(transfer(frame, [frame.data.buffer]), given, overlay);
        if (!isOn) return;
        if (!seen) {
          await pause(100);
          continue;
        }
        const time = (performance.now() - began) / 1000;
        times.push(time);
        while (times[0]! < time - 3) times.shift();
        setMoment(seen);
        setRate(times.length > 1 ? (times.length - 1) / (time - times[0]!) : 0);
        setPoints((before) => [
          ...before.filter((point) => point.time > time - shownSeconds),
          ...(seen.answer ? [{ ...seen.answer, time }] : []),
        ]);
        // No eye follows more than this, and training may want the CPU.
        await pause(Math.max(0, 80 - seen.milliseconds));
      }
    };
    setPoints([]);
    run().catch(recoverWatching);
    return () => {
      isOn = false;
      stopHearing();
    };
  }, [stream.value, hasModel]);
  return { moment, points, rate, video };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
