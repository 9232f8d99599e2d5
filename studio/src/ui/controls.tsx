// Small controls that every part of the page shares.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

export type ButtonProps = {
  readonly children: ComponentChildren;
  readonly onClick?: () => void;
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger';
  readonly disabled?: boolean;
  readonly label?: string;
  readonly title?: string;
};

export function Button({ children, onClick, look = 'plain', disabled = false, label, title }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${look}`}
      onClick={onClick}
      disabled={disabled}
      aria-label={label}
      title={title}
    >
      {children}
    </button>
  );
}

/** A button that opens the browser's file chooser. */
export function FileButton(props: {
  readonly children: ComponentChildren;
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly look?: ButtonProps['look'];
  readonly label?: string;
  readonly onFiles: (files: File[]) => void;
}) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        look={props.look ?? 'plain'}
        {...(props.label && { label: props.label })}
        onClick={() => chooser.current?.click()}
      >
        {props.children}
      </Button>
      <input
        ref={chooser}
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-hidden="true"
        accept={props.accept}
        multiple={props.multiple ?? false}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          if (files.length > 0) props.onFiles(files);
        }}
      />
    </>
  );
}

/** One of a few choices, as a row of radio buttons. */
export function Choice<Value extends string>(props: {
  readonly name: string;
  readonly legend: string;
  readonly values: readonly Value[];
  readonly labels?: Readonly<Partial<Record<Value, string>>>;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}) {
  return (
    <fieldset class="choice" disabled={props.disabled ?? false}>
      <legend>{props.legend}</legend>
      <div class="segments">
        {props.values.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name={props.name}
              checked={props.value === value}
              onChange={() => props.onChange(value)}
            />
            <span>{props.labels?.[value] ?? value}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Switch(props: {
  readonly children: ComponentChildren;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={props.on}
        aria-checked={props.on}
        onChange={({ currentTarget }) => props.onChange(currentTarget.checked)}
      />
      <span class="track" aria-hidden="true" />
      <span>{props.children}</span>
    </label>
  );
}

/** What to do where there is nothing yet. */
export function Empty(props: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      {props.children}
    </div>
  );
}

/** A bar for a share of a whole; without a share, a sign that something goes on. */
export function Progress(props: { readonly label: string; readonly done?: number; readonly total?: number }) {
  return <progress class="progress" aria-label={props.label} value={props.done} max={props.total ?? 1} />;
}

/** A stored file as an address for as long as the component is shown. */
export function useBlobUrl(blob: Blob | undefined): string | undefined {
  const url = useMemo(() => blob && URL.createObjectURL(blob), [blob]);
  useEffect(() => () => url && URL.revokeObjectURL(url), [url]);
  return url;
}

/** Pixels as they are, stretched by style. */
export function Pixels(props: {
  readonly image: ImageData | undefined;
  readonly label: string;
  readonly class?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (props.image) canvas.current?.getContext('2d')?.putImageData(props.image, 0, 0);
  }, [props.image]);
  const { width, height } = props.image ?? { width: 224, height: 224 };
  return (
    <canvas ref={canvas} width={width} height={height} role="img" aria-label={props.label} class={props.class ?? ''} />
  );
}

/** A dialog that takes the whole attention until it is closed. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog" aria-label={props.title} onClose={props.onClose}>
      <div class="dialog-body">
        <header>
          <h2>{props.title}</h2>
          <Button look="quiet" label="Close" onClick={() => dialog.current?.close()}>
            ✕
          </Button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}

/** True while files are dragged over the page. */
export function useFilesOver(): boolean {
  const [over, setOver] = useState(0);
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => carriesFiles(event) && setOver((depth) => depth + 1);
    const leave = (event: DragEvent) => carriesFiles(event) && setOver((depth) => Math.max(0, depth - 1));
    const end = () => setOver(0);
    document.addEventListener('dragenter', enter);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', end);
    return () => {
      document.removeEventListener('dragenter', enter);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', end);
    };
  }, []);
  return over > 0;
}
