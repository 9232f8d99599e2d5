// Look inside: where the model is wrong, where it is unsure, and what each modality is worth.
import { percent } from '../../../src/report/format.ts';
import type { Inspection } from '../engine/inspection.ts';
import { inspect, inspectedFiles, inspection, inspectionProgress } from '../state/inspection.ts';
import { model } from '../state/model.ts';
import { goTo } from '../state/place.ts';
import { examples } from '../state/project.ts';
import { isTraining, run } from '../state/training.ts';
import { Button, Empty, Progress } from '../ui/controls.tsx';
import { Diagnosis } from './diagnosis.tsx';
import { Mistakes } from './mistakes.tsx';

export function Inside() {
  if (!model.value || examples.value.length === 0)
    return (
      <Empty title={model.value ? 'No examples to look at' : 'No model to look into yet'}>
        <p>
          {model.value
            ? 'Here the model’s answers are compared with examples that you have labelled. Add some under Teach.'
            : 'Train one first. Then see here which examples it gets wrong and why.'}
        </p>
        <Button look="primary" onClick={() => goTo(model.value ? 'teach' : 'train')}>
          {model.value ? 'Go to Teach' : 'Go to Train'}
        </Button>
      </Empty>
    );
  const result = inspection.value;
  const isOld = result !== undefined && inspectedFiles.value !== model.value.files;
  return (
    <>
      <section class="intro">
        <div>
          <h1>Look inside</h1>
          <p class="lead">
            Which examples it takes for which, where it is unsure, and what picture and sound each contribute.
          </p>
        </div>
        <Button
          look={result && !isOld ? 'plain' : 'primary'}
          disabled={inspectionProgress.value !== undefined}
          onClick={() => void inspect()}
        >
          {result ? 'Ask again' : 'Ask about every example'}
        </Button>
      </section>
      {inspectionProgress.value && (
        <div class="panel">
          <p class="state-line">
            <strong>Asking about every example…</strong>
            {isTraining.value && <span class="quiet">after the training that is running</span>}
          </p>
          <Progress
            label="Asking about every example"
            done={inspectionProgress.value.done}
            total={inspectionProgress.value.total}
          />
        </div>
      )}
      {isOld && !inspectionProgress.value && (
        <p class="quiet">The model has changed since; ask again to see the new one.</p>
      )}
      {result && (
        <>
          <Metrics result={result} />
          <Mistakes result={result} />
        </>
      )}
      {run.value?.diagnosis && <Diagnosis diagnosis={run.value.diagnosis} />}
    </>
  );
}

/** For people who have not met the metrics' names. */
const inWords: Readonly<Record<string, string>> = {
  accuracy: 'Right with picture and sound',
  soundMissing: 'Right by picture alone',
  pictureMissing: 'Right by sound alone',
  backgroundAuc: 'Tells pairs that do not belong together',
};

function Metrics({ result: { metrics, described } }: { readonly result: Inspection }) {
  const known = Object.keys(inWords).filter((name) => name in metrics);
  const facts =
    known.length > 0 ? known.map((name) => [inWords[name]!, name]) : described.map(({ title, name }) => [title, name]);
  return (
    <section class="panel" aria-label="What each modality is worth">
      <dl class="facts">
        {facts.map(([title, name]) => (
          <div key={name}>
            <dt>{title}</dt>
            <dd>{percent(metrics[name!] ?? undefined, 0)}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        Over all examples, those it learnt from included; the last is the area under the ROC curve, 50 % being chance.
      </p>
    </section>
  );
}
