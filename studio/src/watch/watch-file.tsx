// A file, recognised window by window, with a scrubber through it.
import { proxy } from 'comlink';
import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '../../../src/report/format.ts';
import type { Moment } from '../engine/watching-worker.ts';
import { watchingWorker } from '../state/engine.ts';
import { ensureOpened, model, openedModel, recoverWatching } from '../state/model.ts';
import { Button, Empty, FileButton, Progress, useBlobUrl } from '../ui/controls.tsx';
import { MomentPictures, Probabilities, Verdict } from './answer.tsx';
import { Ribbon, type RibbonPoint } from './ribbon.tsx';
import type { Options } from './watch.tsx';

export function WatchFile({ options }: { readonly options: Options }) {
  const [file, setFile] = useState<File>();
  const [isOver, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has the button beside it as its other way
    <div
      class={file ? '' : `drop-place ${isOver ? 'is-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [dropped] = event.dataTransfer?.files ?? [];
        if (dropped) setFile(dropped);
      }}
    >
      {file ? (
        <Recognised file={file} options={options} onClose={() => setFile(undefined)} />
      ) : (
        <Empty title="Choose a video">
          <p>
            Drop one here, or choose it. It is looked at from beginning to end; then move through it with the scrubber.
          </p>
          <FileButton look="primary" accept="video/*,.mkv,.ts" onFiles={([chosen]) => setFile(chosen)}>
            Choose a video
          </FileButton>
        </Empty>
      )}
    </div>
  );
}

function Recognised(props: { readonly file: File; readonly options: Options; readonly onClose: () => void }) {
  const { file, options } = props;
  const { moments, seconds, isDone } = useWindows(file, options);
  const [time, setTime] = useState(0);
  const video = useRef<HTMLVideoElement>(null);
  const url = useBlobUrl(file);
  const classes = openedModel.value?.classes ?? [];
  const shown = nearest(moments, time);
  const end = Math.max(seconds, moments.at(-1)?.end ?? 0, 0.1);
  return (
    <div class="watch-columns">
      <div class="view">
        {/* biome-ignore lint/a11y/useMediaCaption: the clip is the user's own and has no words to show */}
        <video
          ref={video}
          class="player"
          src={url}
          controls
          playsInline
          onTimeUpdate={({ currentTarget }) => setTime(currentTarget.currentTime)}
        />
        <Ribbon points={ribbonPoints(moments)} from={0} to={end} at={time} label="Probabilities over the file" />
        <input
          class="scrubber"
          type="range"
          aria-label="Place in the file"
          aria-valuetext={clock(time, 1)}
          min={0}
          max={end}
          step={0.05}
          value={time}
          onInput={({ currentTarget }) => {
            setTime(currentTarget.valueAsNumber);
            if (video.current) video.current.currentTime = currentTarget.valueAsNumber;
          }}
        />
        <div class="row spread">
          <p class="quiet" data-done={isDone}>
            {clock(time, 1)} of {clock(end, 1)} · {moments.length === 1 ? 'one window' : `${moments.length} windows`}
          </p>
          <Button onClick={props.onClose}>Another file</Button>
        </div>
        {!isDone && <Progress label="Looking at the file" done={moments.at(-1)?.end ?? 0} total={end} />}
      </div>
      <div class="view">
        <Verdict moment={shown} classes={classes} />
        <div class="panel">
          <Probabilities moment={shown} classes={classes} />
        </div>
        <MomentPictures moment={shown} options={options} />
      </div>
    </div>
  );
}

/** Half a second apart, so that the scrubber shows how things change; a short clip is one window. */
const hop = 0.5;

/** Looks at the file again whenever the options or the model change. */
function useWindows(file: File, options: Options) {
  const [state, setState] = useState<{ moments: readonly Moment[]; seconds: number; isDone: boolean }>({
    moments: [],
    seconds: 0,
    isDone: false,
  });
  const { picture, sound, overlay } = options;
  const files = model.value?.files;
  useEffect(() => {
    let isWanted = true;
    setState({ moments: [], seconds: 0, isDone: false });
    const take = (moment: Moment, seconds: number) => {
      if (isWanted) setState(({ moments }) => ({ moments: [...moments, moment], seconds, isDone: false }));
      return isWanted;
    };
    ensureOpened()
      .then(() => watchingWorker().file(file, file.name, { picture, sound, overlay, hop }, proxy(take)))
      .catch((error: unknown) => isWanted && recoverWatching(error))
      .then(() => isWanted && setState((before) => ({ ...before, isDone: true })));
    return () => {
      isWanted = false;
    };
  }, [file, picture, sound, overlay, files]);
  return state;
}

function middle({ start, end }: Moment): number {
  return (start + end) / 2;
}

/** A single window speaks for all of its time. */
function ribbonPoints(moments: readonly Moment[]): RibbonPoint[] {
  const [first] = moments;
  const at = ({ answer, unrelated }: Moment, time: number): RibbonPoint[] => {
    if (answer) return [{ ...answer, time }];
    return unrelated === undefined ? [] : [{ time, shares: [unrelated], isUnrelated: unrelated > 0.5 }];
  };
  if (moments.length === 1 && first) return [first.start, first.end].flatMap((time) => at(first, time));
  return moments.flatMap((moment) => at(moment, middle(moment)));
}

function nearest(moments: readonly Moment[], time: number): Moment | undefined {
  const distance = (moment: Moment) => Math.abs(middle(moment) - time);
  return moments.reduce<Moment | undefined>(
    (best, one) => (best && distance(best) <= distance(one) ? best : one),
    undefined,
  );
}
