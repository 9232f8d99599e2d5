// Look inside: where the model is wrong, where it is unsure, and what each modality is worth.
import { metricText } from '../../../src/run/evaluation-result.ts';
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

function Metrics({ result: { metrics, described } }: { readonly result: Inspection }) {
  const known = described.flatMap((metric) => {
    const value = metrics[metric.name];
    return value == null ? [] : [{ ...metric, text: metricText(metric, value) }];
  });
  return (
    <section class="panel" aria-label="Metrics">
      <dl class="facts">
        {known.map(({ name, title, text }) => (
          <div key={name}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">Over all examples, those it learnt from included.</p>
    </section>
  );
}
