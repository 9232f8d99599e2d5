// One example: what it looks and sounds like, and what can be done with it.
import { useState } from 'preact/hooks';
import { notify } from '../state/notices.ts';
import { classes, moveExample, removeExample, undo } from '../state/project.ts';
import type { StoredExample } from '../storage/database.ts';
import { Dialog, useBlobUrl } from '../ui/controls.tsx';

export function ExampleTile({ example }: { readonly example: StoredExample }) {
  const [isOpen, setOpen] = useState(false);
  const picture = useBlobUrl(example.thumbnail);
  const sound = useBlobUrl(example.spectrogram);
  const remove = () =>
    void removeExample(example).then(() =>
      notify(`Deleted “${example.name}”.`, { label: 'Undo', run: () => void undo() }),
    );
  return (
    <li class="example">
      <button
        type="button"
        class="face"
        aria-label={`${example.name}, ${example.seconds.toFixed(1)} s: play`}
        onClick={() => setOpen(true)}
        onKeyDown={(event) => event.key === 'Delete' && remove()}
      >
        <img class="frame" src={picture} alt="" />
        <img class="sound" src={sound} alt="" />
        <span class="length">{example.seconds.toFixed(1)} s</span>
      </button>
      <button type="button" class="corner" aria-label={`Delete ${example.name}`} title="Delete" onClick={remove}>
        ✕
      </button>
      {isOpen && <ExampleDialog example={example} onClose={() => setOpen(false)} />}
    </li>
  );
}

export function ExampleDialog({ example, onClose }: { readonly example: StoredExample; readonly onClose: () => void }) {
  const url = useBlobUrl(example.file);
  const sound = useBlobUrl(example.spectrogram);
  return (
    <Dialog title={example.name} onClose={onClose}>
      {/* biome-ignore lint/a11y/useMediaCaption: the clips are the user's own and have no words to show */}
      <video class="player" src={url} controls autoPlay loop playsInline />
      <div class="row spread">
        <img
          class="heard"
          src={sound}
          alt="Spectrogram of the middle of the clip: time to the right, high tones at the top"
        />
        <label class="field">
          Class
          <select
            value={example.classId}
            onChange={({ currentTarget }) => {
              void moveExample(example, currentTarget.value);
              onClose();
            }}
          >
            {classes.value.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
    </Dialog>
  );
}
