// Take home: the adapter, the whole model as ONNX, and how to use them.
import { strToU8, zipSync } from 'fflate';
import { useState } from 'preact/hooks';
import { adapterConfigFile, adapterModelFile } from '../../../src/weights/adapter-files.ts';
import { trainingWorker } from '../state/engine.ts';
import { model, modelFacts } from '../state/model.ts';
import { notify, notifyProblem } from '../state/notices.ts';
import { goTo } from '../state/place.ts';
import { Button, Empty } from '../ui/controls.tsx';
import { download } from '../ui/download.ts';
import { OpenAdapterButton } from '../watch/watch.tsx';

export function Home() {
  const current = model.value;
  if (!current)
    return (
      <Empty title="Nothing to take home yet">
        <p>When you have trained, you get a small adapter file, and the whole model as one ONNX file.</p>
        <div class="row">
          <Button look="primary" onClick={() => goTo('train')}>
            Go to Train
          </Button>
          <OpenAdapterButton />
        </div>
      </Empty>
    );
  const { files, name, origin, epoch } = current;
  const classes = classNames(files.config);
  return (
    <>
      <section class="intro">
        <div>
          <h1>Take home</h1>
          <p class="lead">
            {origin === 'opened'
              ? `The adapter “${name}”`
              : `The model of ${epoch === 0 ? 'the first quick start' : `epoch ${epoch}`}`}{' '}
            knows {classes.length} classes: {classes.join(', ')}.
          </p>
        </div>
      </section>
      <div class="home-list">
        <section class="panel" aria-label="Adapter">
          <h2>The adapter</h2>
          <p class="quiet">
            What was trained, {kilobytes(files.model.length)}: a small file that works with the backbone it was trained
            on. Unpack it and use it in a terminal:
          </p>
          <pre class="code">
            <code>duet predict my-adapter clip.mp4</code>
          </pre>
          <Button look="primary" onClick={() => download(adapterZip(files), 'my-adapter.zip')}>
            Download the adapter
          </Button>
        </section>
        <Onnx />
        <section class="panel" aria-label="Open an adapter">
          <h2>Bring one along</h2>
          <p class="quiet">
            An adapter from here or from <code>duet train</code>: its folder as a zip, or its two files. It takes the
            place of the model in use.
          </p>
          <OpenAdapterButton />
        </section>
        {modelFacts.value?.snippet && <Snippet {...modelFacts.value.snippet} />}
      </div>
    </>
  );
}

function Onnx() {
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      download(await trainingWorker().exportOnnx(model.value!.files), 'my-model.onnx');
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="panel" aria-label="ONNX">
      <h2>The whole model</h2>
      <p class="quiet">
        Backbone, adapter and sound front end as one ONNX file: pixels and waveform in; probabilities and attention out.
        For any program that has ONNX Runtime.
      </p>
      <Button disabled={isBusy} onClick={() => void save()}>
        {isBusy ? 'Writing it…' : 'Download the ONNX file'}
      </Button>
    </section>
  );
}

function Snippet({ code, sound }: { readonly code: string; readonly sound: string }) {
  const copy = () => navigator.clipboard.writeText(code).then(() => notify('Copied.'), notifyProblem);
  return (
    <section class="panel wide" aria-label="In a page of your own">
      <div class="row spread">
        <h2>In a page of your own</h2>
        <Button look="quiet" onClick={() => void copy()}>
          Copy
        </Button>
      </div>
      <p class="quiet">
        With the ONNX file beside the page and <code>onnxruntime-web</code> installed. <code>video</code> is an element
        that plays, <code>sound</code> {sound}, as a Float32Array.
      </p>
      <pre class="code">
        <code>{code}</code>
      </pre>
    </section>
  );
}

/** Compressed not at all: the numbers in it have no order that compression could use. */
function adapterZip({ config, model: weights }: { readonly config: string; readonly model: Uint8Array }): Uint8Array {
  return zipSync({ [adapterConfigFile]: strToU8(config), [adapterModelFile]: weights }, { level: 0 });
}

function classNames(config: string): string[] {
  return (JSON.parse(config) as { classes: string[] }).classes;
}

function kilobytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
