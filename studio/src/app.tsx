// The frame of the page: where one is, where one can go, and what there is to tell.
import { useEffect, useRef } from 'preact/hooks';
import { Home } from './home/home.tsx';
import { Inside } from './inside/inside.tsx';
import { model } from './state/model.ts';
import { dismiss, notices, notify } from './state/notices.ts';
import { type Place, place, places } from './state/place.ts';
import { examples, loaded, undo, undoable } from './state/project.ts';
import { isTraining } from './state/training.ts';
import { Teach } from './teach/teach.tsx';
import { Train } from './train/train.tsx';
import { Button } from './ui/controls.tsx';
import { Settings } from './ui/settings.tsx';
import { Watch } from './watch/watch.tsx';

const names: Readonly<Record<Place, string>> = {
  teach: 'Teach',
  train: 'Train',
  watch: 'Watch',
  inside: 'Look inside',
  home: 'Take home',
};
const screens: Readonly<Record<Place, () => preact.JSX.Element>> = {
  teach: Teach,
  train: Train,
  watch: Watch,
  inside: Inside,
  home: Home,
};

export function App() {
  const heading = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${names[place.value]} · Duet Studio`;
    // Screen readers hear where they are; at the start they read from the top.
    if (!first.current) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [place.value]);
  useUndoKey();
  const Screen = screens[place.value];
  return (
    <>
      <button type="button" class="skip" onClick={() => heading.current?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <p class="brand">
          <Mark /> Duet <span>Studio</span>
        </p>
        <nav aria-label="Steps">
          {places.map((one, index) => (
            <a key={one} href={`#${one}`} aria-current={place.value === one ? 'page' : undefined}>
              <span class="number" aria-hidden="true">
                {index + 1}
              </span>
              {names[one]}
              {badge(one)}
            </a>
          ))}
        </nav>
        <Settings />
      </header>
      <main id="main" ref={heading} tabIndex={-1} aria-label={names[place.value]}>
        {loaded.value ? <Screen /> : <p class="quiet loading">Reading what this browser keeps…</p>}
      </main>
      <footer class="foot">Nothing leaves this computer: clips, training and recognising stay in this browser.</footer>
      <Notices />
    </>
  );
}

function badge(one: Place) {
  if (one === 'teach' && examples.value.length > 0)
    return (
      <span class="badge">
        {examples.value.length}
        <span class="visually-hidden"> examples</span>
      </span>
    );
  if (one === 'train' && isTraining.value) return <span class="badge busy">training</span>;
  if (one === 'watch' && model.value) return <span class="dot" title="A model is ready" />;
  return null;
}

function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text, action }) => (
        <div key={id} class={`notice ${kind}`} role={kind === 'problem' ? 'alert' : undefined}>
          <p>{text}</p>
          {action && (
            <Button
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <Button look="quiet" label="Dismiss" onClick={() => dismiss(id)}>
            ✕
          </Button>
        </div>
      ))}
    </div>
  );
}

function useUndoKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const writes = event.target instanceof HTMLInputElement && event.target.type === 'text';
      if (
        writes ||
        event.key !== 'z' ||
        event.shiftKey ||
        !(event.ctrlKey || event.metaKey) ||
        undoable.value.length === 0
      )
        return;
      event.preventDefault();
      void undo().then((what) => what && notify(`Took back ${what}.`));
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <circle cx="12.5" cy="16" r="6.5" />
      <circle cx="19.5" cy="16" r="6.5" />
    </svg>
  );
}
