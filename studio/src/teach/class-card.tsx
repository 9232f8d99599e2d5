// One class: its name, its examples, and ways to add more.
import { useRef, useState } from 'preact/hooks';
import { droppedFiles } from '../state/archive.ts';
import { notify } from '../state/notices.ts';
import {
  addFiles,
  dismissIncoming,
  examplesByClass,
  incoming,
  removeClass,
  renameClass,
  undo,
} from '../state/project.ts';
import type { StoredClass } from '../storage/database.ts';
import { Button, FileButton, useFilesOver } from '../ui/controls.tsx';
import { ExampleTile } from './example-tile.tsx';
import { RecordButton } from './record-button.tsx';

export function ClassCard({ one }: { readonly one: StoredClass }) {
  const mine = examplesByClass.value.get(one.id) ?? [];
  const arriving = incoming.value.filter(({ classId }) => classId === one.id);
  const filesOver = useFilesOver();
  const [isOver, setOver] = useState(false);
  return (
    <section
      class={`class-card ${filesOver ? 'awaits-files' : ''} ${isOver && filesOver ? 'is-over' : ''}`}
      aria-label={`Class ${one.name}`}
      onDragEnter={() => setOver(true)}
      onDragLeave={({ currentTarget, relatedTarget }) =>
        currentTarget.contains(relatedTarget as Node | null) || setOver(false)
      }
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        if (event.dataTransfer)
          void droppedFiles(event.dataTransfer).then((dropped) =>
            addFiles(
              one.id,
              dropped.map(({ file }) => file),
            ),
          );
      }}
    >
      <header>
        <ClassName one={one} />
        <span class="count">{mine.length === 1 ? '1 example' : `${mine.length} examples`}</span>
        <Button
          look="quiet"
          label={`Delete the class ${one.name}`}
          title="Delete class"
          onClick={() =>
            void removeClass(one.id).then(() =>
              notify(`Deleted the class “${one.name}”.`, { label: 'Undo', run: () => void undo() }),
            )
          }
        >
          Delete
        </Button>
      </header>
      {(mine.length > 0 || arriving.length > 0) && (
        <ul class="examples" aria-label={`Examples of ${one.name}`}>
          {mine.map((example) => (
            <ExampleTile key={example.id} example={example} />
          ))}
          {arriving.map(({ id, name, failed }) => (
            <li key={id} class={`example ${failed ? 'failed' : 'arriving'}`}>
              {failed ? (
                <>
                  <p>{failed}</p>
                  <Button look="quiet" onClick={() => dismissIncoming(id)}>
                    Dismiss
                  </Button>
                </>
              ) : (
                <p>Reading {name}…</p>
              )}
            </li>
          ))}
        </ul>
      )}
      {mine.length === 0 && arriving.length === 0 && (
        <p class="quiet">
          Hold the button while it happens, or add videos. Eight examples or more teach well; two is the least.
        </p>
      )}
      <div class="row">
        <RecordButton one={one} />
        <FileButton
          accept="video/*,.mkv,.ts"
          multiple
          label={`Add videos to ${one.name}`}
          onFiles={(files) => void addFiles(one.id, files)}
        >
          Add videos
        </FileButton>
      </div>
    </section>
  );
}

function ClassName({ one }: { readonly one: StoredClass }) {
  const [problem, setProblem] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const commit = async () => {
    const input = field.current;
    // The page may have been left, which takes the focus away as well.
    if (!input) return;
    const renamed = await renameClass(one.id, input.value);
    setProblem(!renamed);
    if (renamed) input.value = input.value.trim();
  };
  return (
    <span class="class-name">
      <input
        ref={field}
        type="text"
        aria-label="Name of the class"
        aria-invalid={problem}
        defaultValue={one.name}
        maxLength={60}
        onBlur={() => void commit()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key !== 'Escape') return;
          event.currentTarget.value = one.name;
          setProblem(false);
        }}
      />
      {problem && <span class="hint">Give it a name that no other class has.</span>}
    </span>
  );
}
