// Train: one button, and what comes of it.
import { duration, percent } from '../../../src/report/format.ts';
import type { CurvesShown } from '../../../src/report/shown.ts';
import { model } from '../state/model.ts';
import { goTo } from '../state/place.ts';
import { type Effort, effort, effortSeconds, efforts } from '../state/preferences.ts';
import { examples } from '../state/project.ts';
import {
  continueTraining,
  curves,
  history,
  isOutdated,
  isTraining,
  obstacle,
  type Phase,
  phase,
  phaseProgress,
  run,
  secondsLeft,
  startTraining,
  stepLosses,
  stopTraining,
} from '../state/training.ts';
import { Chart } from '../ui/chart.tsx';
import { Button, Choice, Empty, Progress } from '../ui/controls.tsx';
import { SettingsForm } from './settings-form.tsx';

const effortLabels: Readonly<Record<Effort, string>> = { quick: 'Quick', standard: 'Standard', thorough: 'Thorough' };

export function Train() {
  if (examples.value.length === 0 && !run.value)
    return (
      <Empty title="Nothing to train on yet">
        <p>Make at least two classes and give each a few examples; then train here with one button.</p>
        <Button look="primary" onClick={() => goTo('teach')}>
          Go to Teach
        </Button>
      </Empty>
    );
  return (
    <>
      <section class="intro">
        <div>
          <h1>Train</h1>
          <p class="lead">
            A first model is there within seconds, and gets better while you watch it. Training goes on while you use
            the other parts of the page.
          </p>
        </div>
      </section>
      <section class="panel train-box" aria-label="Training">
        <StateLine />
        {isTraining.value && (
          <Progress
            label="Progress of training"
            {...(phaseProgress.value && { done: phaseProgress.value.done, total: phaseProgress.value.total })}
          />
        )}
        <Controls />
        <Facts />
        <SettingsForm />
      </section>
      <Curves />
    </>
  );
}

const phaseTexts: Readonly<Record<Exclude<Phase, 'idle' | 'training'>, string>> = {
  reading: 'Reading the examples',
  features: 'Looking at every example once',
  heads: 'Training a first model',
  preparing: 'Preparing the whole training',
  stopping: 'Stopping after this step',
};

function StateLine() {
  const now = phase.value;
  const left = secondsLeft.value;
  if (now === 'training' || now === 'stopping') {
    const at = phaseProgress.value;
    const epoch = at ? `Epoch ${Math.min(Math.floor(at.done) + 1, at.total)} of ${at.total}` : 'Training';
    return (
      <p class="state-line" role="status">
        <strong>{now === 'stopping' ? phaseTexts.stopping : epoch}</strong>
        {left !== undefined && now === 'training' && <span class="quiet">about {roundedDuration(left)} left</span>}
      </p>
    );
  }
  if (now !== 'idle') {
    const at = phaseProgress.value;
    return (
      <p class="state-line" role="status">
        <strong>{phaseTexts[now]}…</strong>
        {at && at.total > 0 && (
          <span class="quiet">
            {at.done} of {at.total}
          </span>
        )}
      </p>
    );
  }
  return (
    <p class="state-line">
      <strong>{idleText()}</strong>
    </p>
  );
}

function idleText(): string {
  const began = run.value;
  if (!began) return 'Ready to train';
  if (began.state === 'finished') return isOutdated.value ? 'Finished; the examples have changed since' : 'Finished';
  if (isOutdated.value) return 'Stopped; the examples have changed since, so train again to use them all';
  const epochs = history.value.length;
  return epochs > 0
    ? `Stopped after epoch ${epochs} of ${began.settings.epochs}; nothing is lost`
    : 'Stopped; nothing is lost';
}

function Controls() {
  if (isTraining.value)
    return (
      <div class="row">
        <Button disabled={phase.value === 'stopping'} onClick={() => void stopTraining()}>
          Stop
        </Button>
        {model.value?.origin === 'trained' && <Button onClick={() => goTo('watch')}>Watch it recognise already</Button>}
      </div>
    );
  const canGoOn = run.value?.state === 'stopped';
  return (
    <>
      <Choice
        name="effort"
        legend="Time to spend"
        values={efforts}
        labels={effortLabels}
        value={effort.value}
        onChange={(chosen) => (effort.value = chosen)}
      />
      <p class="quiet">
        At most about {Math.round(effortSeconds[effort.value] / 60)} minutes. The best model so far is always kept, and
        you may stop at any time.
      </p>
      {obstacle.value && <p class="hint">{obstacle.value}</p>}
      <div class="row">
        {canGoOn && (
          <Button look={isOutdated.value ? 'plain' : 'primary'} onClick={() => void continueTraining()}>
            Continue
          </Button>
        )}
        <Button
          look={canGoOn && !isOutdated.value ? 'plain' : 'primary'}
          disabled={obstacle.value !== undefined}
          onClick={() => void startTraining()}
        >
          {run.value ? 'Train again from the start' : 'Train'}
        </Button>
        {obstacle.value && <Button onClick={() => goTo('teach')}>Go to Teach</Button>}
      </div>
    </>
  );
}

function Facts() {
  const began = run.value;
  if (!began) return null;
  const ofSplit = (split: string) => began.examples.filter((example) => example.split === split).length;
  const best = model.value?.origin === 'trained' ? model.value.accuracy : undefined;
  const facts: readonly (readonly [string, string])[] = [
    ['Right on unseen examples', percent(best, 0)],
    ['Learns from', `${ofSplit('train')}`],
    ['Tested on', `${ofSplit('val')}`],
    ['First model after', began.start ? duration(began.start.seconds) : '–'],
    ['Time spent', duration(began.seconds)],
    ['Computed on', began.provider ?? '–'],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class={value.length > 12 ? 'long' : ''}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Curves() {
  const steps: CurvesShown = {
    kind: 'curves',
    title: 'Loss of each step',
    xLabel: 'epoch',
    yLabel: 'loss',
    series: [{ name: 'training', points: stepLosses.value }],
  };
  const shown = [...(stepLosses.value.length > 0 ? [steps] : []), ...curves.value];
  if (shown.length === 0) return null;
  return (
    <div class="grid charts">
      {shown.map((chart) => (
        <Chart key={chart.title} chart={chart} />
      ))}
    </div>
  );
}

/** Nobody needs the seconds of ten minutes. */
function roundedDuration(seconds: number): string {
  if (seconds < 60) return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}
