// Teach: classes with their examples, recorded or dropped.
import { useState } from 'preact/hooks';
import { droppedFiles, exportExamples } from '../state/archive.ts';
import { notify, notifyProblem } from '../state/notices.ts';
import { goTo } from '../state/place.ts';
import { addClass, addFiles, classes, examples, undo, undoable } from '../state/project.ts';
import { readArchive } from '../state/read-archive.ts';
import { obstacle } from '../state/training.ts';
import { Button, FileButton, useFilesOver } from '../ui/controls.tsx';
import { download } from '../ui/download.ts';
import { BackgroundCard } from './background-card.tsx';
import { CameraPanel } from './camera-panel.tsx';
import { ClassCard } from './class-card.tsx';

export function Teach() {
  const filesOver = useFilesOver();
  const isEmpty = classes.value.length === 0;
  return (
    // Files may be dropped anywhere: folders become classes.
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has the buttons beside it as its other way
    <div
      class={`teach ${filesOver ? 'files-over' : ''}`}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (event.dataTransfer) void takeDropped(event.dataTransfer);
      }}
    >
      <section class="intro">
        <div>
          <h1>Teach it what to recognise</h1>
          <p class="lead">
            Make a class for each event, such as “kettle whistles” or “door slams”, and give it examples with picture
            and sound: record them, or drop videos.
          </p>
        </div>
        <ExamplesMenu />
      </section>
      <div class="teach-columns">
        <CameraPanel />
        <div class="class-list">
          {classes.value.map((one) => (
            <ClassCard key={one.id} one={one} />
          ))}
          <NewClass isFirst={isEmpty} />
          {classes.value.length > 1 && <BackgroundCard />}
          {!isEmpty && (
            <div class="next-step">
              <p class="quiet">
                {obstacle.value ?? 'Ready. More examples in different places and light make it more reliable.'}
              </p>
              <Button look="primary" disabled={obstacle.value !== undefined} onClick={() => goTo('train')}>
                Go on to training
              </Button>
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

function ExamplesMenu() {
  return (
    <div class="row">
      <Button
        look="quiet"
        disabled={undoable.value.length === 0}
        title="Ctrl+Z"
        onClick={() => void undo().then((what) => what && notify(`Took back ${what}.`))}
      >
        Undo
      </Button>
      <FileButton look="quiet" accept=".zip" onFiles={([zip]) => void importZip(zip!)}>
        Import zip
      </FileButton>
      <Button
        look="quiet"
        disabled={examples.value.length === 0}
        onClick={() => void exportExamples().then((zip) => download(zip, 'duet-examples.zip'), notifyProblem)}
      >
        Export zip
      </Button>
    </div>
  );
}

async function importZip(zip: File): Promise<void> {
  try {
    await addFiled(await readArchive(zip));
  } catch (error) {
    notifyProblem(error);
  }
}

async function takeDropped(transfer: DataTransfer): Promise<void> {
  try {
    const dropped = await droppedFiles(transfer);
    for (const { file } of dropped) if (file.name.endsWith('.zip')) await addFiled(await readArchive(file));
    const filed = dropped.flatMap(({ folder, file }) =>
      folder === undefined || file.name.endsWith('.zip') ? [] : [{ folder, file }],
    );
    const loose = dropped.filter(({ folder, file }) => folder === undefined && !file.name.endsWith('.zip'));
    if (loose.length > 0)
      notify('Drop single files on the class they belong to, or drop a folder with the class’s name.');
    await addFiled(filed);
  } catch (error) {
    notifyProblem(error);
  }
}

/** Each folder is a class. */
async function addFiled(filed: readonly { readonly folder: string; readonly file: File }[]): Promise<void> {
  for (const folder of new Set(filed.map((one) => one.folder))) {
    const { id } = await addClass(folder);
    await addFiles(
      id,
      filed.flatMap((one) => (one.folder === folder ? [one.file] : [])),
    );
  }
}

function NewClass({ isFirst }: { readonly isFirst: boolean }) {
  const [name, setName] = useState('');
  const taken = classes.value.some((one) => one.name === name.trim());
  const add = async () => {
    if (name.trim() === '' || taken) return;
    await addClass(name);
    setName('');
  };
  return (
    <form
      class={`new-class ${isFirst ? 'first' : ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <label for="new-class-name">{isFirst ? 'Name the first class' : 'Another class'}</label>
      <div class="row">
        <input
          id="new-class-name"
          type="text"
          value={name}
          maxLength={60}
          placeholder={isFirst ? 'for example: kettle whistles' : 'its name'}
          autocomplete="off"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="submit" class="button" disabled={name.trim() === '' || taken}>
          Add class
        </button>
      </div>
      {taken && <p class="hint">There is a class of this name already.</p>}
      {isFirst && <p class="quiet">Or drop folders of videos here: each folder becomes a class.</p>}
      {isFirst && <ExampleProject />}
    </form>
  );
}

const clipsOfClass = 6;

/** For a first look: generated clips of three classes, with which training and watching can be tried at once. */
function ExampleProject() {
  const [isMaking, setMaking] = useState(false);
  const make = async () => {
    setMaking(true);
    try {
      const { exampleClasses, exampleClip } = await import('./example-project.ts');
      const filed: { readonly folder: string; readonly file: File }[] = [];
      for (const folder of exampleClasses)
        for (let clip = 0; clip < clipsOfClass; clip++) filed.push({ folder, file: await exampleClip(folder, clip) });
      await addFiled(filed);
      notify('These clips were drawn by the page. Go on to training, then watch them recognised.');
    } catch (error) {
      notifyProblem(error);
    } finally {
      setMaking(false);
    }
  };
  return (
    <Button look="quiet" disabled={isMaking} onClick={() => void make()}>
      {isMaking ? 'Making the clips …' : 'Try it with generated clips'}
    </Button>
  );
}
