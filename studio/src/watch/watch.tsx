// Watch: what the model recognises, live or in a file.
import { useState } from 'preact/hooks';
import { noOverlay, overlayName } from '../engine/overlay.ts';
import { model, modelFacts, openAdapterFiles } from '../state/model.ts';
import { notify, notifyProblem } from '../state/notices.ts';
import { goTo } from '../state/place.ts';
import { isTraining } from '../state/training.ts';
import { Button, Choice, Empty, FileButton, Switch } from '../ui/controls.tsx';
import { WatchFile } from './watch-file.tsx';
import { WatchLive } from './watch-live.tsx';

const sources = ['live', 'file'] as const;
export type Options = { readonly picture: boolean; readonly sound: boolean; readonly overlay: string };

export function Watch() {
  const [source, setSource] = useState<(typeof sources)[number]>('live');
  const [chosen, setOptions] = useState<Partial<Options>>({});
  if (!model.value)
    return (
      <Empty title="No model yet">
        <p>Train one first: it is ready to watch within seconds. Or open an adapter that was trained elsewhere.</p>
        <div class="row">
          <Button look="primary" onClick={() => goTo('train')}>
            Go to Train
          </Button>
          <OpenAdapterButton />
        </div>
      </Empty>
    );
  const overlays = [...(modelFacts.value?.maps ?? []), noOverlay];
  const options: Options = { picture: true, sound: true, overlay: overlays[0]!, ...chosen };
  const set = (change: Partial<Options>) => setOptions((before) => ({ ...before, ...change }));
  return (
    <>
      <section class="intro">
        <div>
          <h1>Watch</h1>
          <p class="lead">{modelText()}</p>
        </div>
        <Choice
          name="source"
          legend="What to watch"
          values={sources}
          labels={{ live: 'Camera and microphone', file: 'A file' }}
          value={source}
          onChange={setSource}
        />
      </section>
      <div class="row toggles">
        <Switch on={options.picture} onChange={(picture) => set({ picture })}>
          Picture
        </Switch>
        <Switch on={options.sound} onChange={(sound) => set({ sound })}>
          Sound
        </Switch>
        <Choice
          name="overlay"
          legend="Lay over"
          values={overlays}
          labels={Object.fromEntries(overlays.map((one) => [one, overlayName(one)]))}
          value={options.overlay}
          onChange={(overlay) => set({ overlay })}
        />
      </div>
      {source === 'live' ? <WatchLive options={options} /> : <WatchFile options={options} />}
    </>
  );
}

function modelText(): string {
  const { origin, name, epoch, accuracy } = model.value!;
  if (origin === 'opened') return `With the adapter “${name}”.`;
  const right = accuracy === undefined ? '' : `; ${Math.round(100 * accuracy)} % right on unseen examples`;
  const which = epoch === 0 ? 'With the first quick model' : `With the model of epoch ${epoch}`;
  return `${which}${right}.${isTraining.value ? ' It changes to a better one as soon as training finds one.' : ''}`;
}

export function OpenAdapterButton() {
  return (
    <FileButton
      multiple
      accept=".zip,.json,.safetensors"
      onFiles={(files) =>
        void openAdapterFiles(files).then(() => notify('The adapter is open. Watch it recognise.'), notifyProblem)
      }
    >
      Open an adapter
    </FileButton>
  );
}
