// The confusion matrix, whose cells open the clips behind them, and the clips in the order in which they are worth a
// look.
import { useState } from 'preact/hooks';
import { confusionCounts } from '../../../src/metrics/classification.ts';
import { percent } from '../../../src/report/format.ts';
import type { InspectedClip, Inspection } from '../engine/inspection.ts';
import { examples } from '../state/project.ts';
import { run } from '../state/training.ts';
import type { StoredExample } from '../storage/database.ts';
import { ExampleDialog } from '../teach/example-tile.tsx';
import { Button, Choice, useBlobUrl } from '../ui/controls.tsx';

type Cell = { readonly label: number; readonly predicted: number };
const scopes = ['all', 'unseen'] as const;
const shownAtFirst = 12;

export function Mistakes({ result }: { readonly result: Inspection }) {
  const [cell, setCell] = useState<Cell>();
  const [scope, setScope] = useState<(typeof scopes)[number]>('all');
  const unseen = new Set(run.value?.examples.flatMap(({ id, split }) => (split === 'val' ? [id] : [])));
  const clips = scope === 'all' || unseen.size === 0 ? result.clips : result.clips.filter(({ id }) => unseen.has(id));
  const counts = confusionCounts(
    clips.map(({ label }) => label),
    clips.map(({ predicted }) => predicted),
    result.classes.length,
  );
  return (
    <div class="inside-columns">
      <section class="panel" aria-label="Confusion matrix">
        <h2>What is taken for what</h2>
        {unseen.size > 0 && (
          <Choice
            name="scope"
            legend=""
            values={scopes}
            labels={{ all: 'All examples', unseen: 'Unseen in training' }}
            value={scope}
            onChange={setScope}
          />
        )}
        <Matrix classes={result.classes} counts={counts} chosen={cell} onChoose={setCell} />
        <p class="quiet">Rows are what you taught, columns what the model says. Choose a cell to see its clips.</p>
      </section>
      <Clips result={result} clips={clips} cell={cell} onAll={() => setCell(undefined)} />
    </div>
  );
}

function Matrix(props: {
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
  readonly chosen: Cell | undefined;
  readonly onChoose: (cell: Cell | undefined) => void;
}) {
  const { classes, counts, chosen } = props;
  return (
    <div class="table-scroll">
      <table class="confusion-table">
        <thead>
          <tr>
            <td />
            {classes.map((name) => (
              <th key={name} scope="col" title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, label) => {
            const total = row.reduce((sum, count) => sum + count, 0);
            return (
              <tr key={classes[label]}>
                <th scope="row" title={classes[label]}>
                  {classes[label]}
                </th>
                {row.map((count, predicted) => {
                  const isChosen = chosen?.label === label && chosen.predicted === predicted;
                  const share = total > 0 ? count / total : 0;
                  const style = {
                    '--share': share.toFixed(3),
                    '--cell': label === predicted ? 'var(--accent)' : 'var(--warm)',
                  };
                  return (
                    <td key={classes[predicted]}>
                      <button
                        type="button"
                        style={style}
                        class={share > 0.55 ? 'strong' : ''}
                        aria-pressed={isChosen}
                        disabled={count === 0}
                        aria-label={`${classes[label]} taken for ${classes[predicted]}: ${count} of ${total}`}
                        onClick={() => props.onChoose(isChosen ? undefined : { label, predicted })}
                      >
                        {count === 0 ? '·' : count}
                      </button>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Clips(props: {
  readonly result: Inspection;
  readonly clips: readonly InspectedClip[];
  readonly cell: Cell | undefined;
  readonly onAll: () => void;
}) {
  const { result, clips, cell } = props;
  const [most, setMost] = useState(shownAtFirst);
  const chosen = cell
    ? clips.filter(({ label, predicted }) => label === cell.label && predicted === cell.predicted)
    : clips;
  const ordered = [...chosen].sort((a, b) => urgency(b) - urgency(a));
  const stored = new Map(examples.value.map((example) => [example.id, example]));
  const title = cell
    ? `${result.classes[cell.label]} taken for ${result.classes[cell.predicted]}`
    : 'Most wrong and least sure first';
  return (
    <section class="panel" aria-label="Clips">
      <div class="row spread">
        <h2>{title}</h2>
        {cell && (
          <Button look="quiet" onClick={props.onAll}>
            Show all
          </Button>
        )}
      </div>
      <ul class="clip-list">
        {ordered.slice(0, most).map((clip) => {
          const example = stored.get(clip.id);
          return example && <Clip key={clip.id} clip={clip} example={example} classes={result.classes} />;
        })}
      </ul>
      {ordered.length > most && <Button onClick={() => setMost(most + 24)}>Show more of {ordered.length}</Button>}
    </section>
  );
}

/** Wrong ones first, the surer the earlier; then right ones, the less sure the earlier. */
function urgency({ label, predicted, probabilities }: InspectedClip): number {
  return label === predicted ? 1 - probabilities[label]! : 1 + probabilities[predicted]! - probabilities[label]!;
}

function Clip(props: {
  readonly clip: InspectedClip;
  readonly example: StoredExample;
  readonly classes: readonly string[];
}) {
  const { clip, example, classes } = props;
  const [isOpen, setOpen] = useState(false);
  const picture = useBlobUrl(example.thumbnail);
  const sound = useBlobUrl(example.spectrogram);
  const isWrong = clip.label !== clip.predicted;
  return (
    <li class="example">
      <button type="button" class="face" aria-label={`${example.name}: play`} onClick={() => setOpen(true)}>
        <img class="frame" src={picture} alt="" />
        <img class="sound" src={sound} alt="" />
      </button>
      <p class={isWrong ? 'wrong' : ''}>
        {isWrong ? `${classes[clip.label]}, taken for ${classes[clip.predicted]}` : classes[clip.label]} (
        {percent(clip.probabilities[clip.predicted], 0)})
      </p>
      {isOpen && <ExampleDialog example={example} onClose={() => setOpen(false)} />}
    </li>
  );
}
