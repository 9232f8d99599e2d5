// One moment's answer: the pictures with what the model attends to, the verdict, and the probabilities.
import { percent } from '../../../src/report/format.ts';
import type { Moment } from '../engine/watching-worker.ts';
import { Pixels } from '../ui/controls.tsx';
import type { Options } from './watch.tsx';

export function MomentPictures(props: {
  readonly moment: Moment | undefined;
  readonly options: Options;
  readonly mirrored?: boolean;
}) {
  const { moment, options } = props;
  const overlaid = {
    evidence: ', with what sounds lit up',
    attention: ', with what the model attends to lit up',
    none: '',
  }[options.overlay];
  return (
    <div class="pair">
      <figure>
        {moment && !moment.picture ? (
          <div class="absent">{options.picture ? 'No picture in this file' : 'Picture is switched off'}</div>
        ) : (
          <Pixels image={moment?.picture} class={props.mirrored ? 'mirrored' : ''} label={`What it sees${overlaid}`} />
        )}
        <figcaption>sees</figcaption>
      </figure>
      <figure>
        {options.sound ? (
          <Pixels image={moment?.sound} label={`What it hears as a spectrogram${overlaid}`} />
        ) : (
          <div class="absent">Sound is switched off</div>
        )}
        <figcaption>hears: time to the right, high tones at the top</figcaption>
      </figure>
    </div>
  );
}

export function Verdict({
  moment,
  classes,
}: {
  readonly moment: Moment | undefined;
  readonly classes: readonly string[];
}) {
  if (!moment)
    return (
      <div class="verdict">
        <p class="quiet">Listening…</p>
      </div>
    );
  if (moment.isBackground)
    return (
      <div class="verdict apart" {...verdictData(moment, classes)}>
        <p class="what">Sound and picture do not belong together</p>
        <p class="quiet">It would be “{classes[moment.best]}”, if they did.</p>
      </div>
    );
  const probability = moment.probabilities[moment.best]!;
  return (
    <div class="verdict" {...verdictData(moment, classes)}>
      <p class="what">{classes[moment.best]}</p>
      <p class="quiet">
        {probability < 0.6 ? 'perhaps: ' : ''}
        {percent(probability, 0)}
      </p>
    </div>
  );
}

/** The answer in full precision, for tests and other programs that look at the page. */
function verdictData({ best, probabilities, backgroundProbability, isBackground }: Moment, classes: readonly string[]) {
  return {
    'data-best': classes[best],
    'data-belongs-together': !isBackground,
    'data-probabilities': JSON.stringify(probabilities),
    'data-background': backgroundProbability,
  };
}

export function Probabilities({
  moment,
  classes,
}: {
  readonly moment: Moment | undefined;
  readonly classes: readonly string[];
}) {
  return (
    <section class="bars" aria-label="Probabilities">
      {classes.map((name, index) => (
        <Bar key={name} name={name} share={moment?.probabilities[index]} series={index} />
      ))}
      {moment?.backgroundProbability !== undefined && (
        <Bar name="do not match" share={moment.backgroundProbability} series={undefined} />
      )}
    </section>
  );
}

function Bar(props: {
  readonly name: string;
  readonly share: number | undefined;
  readonly series: number | undefined;
}) {
  const share = props.share ?? 0;
  const colour = props.series === undefined ? 'var(--soft)' : seriesColour(props.series);
  return (
    <div class={`bar ${props.series === undefined ? 'background-bar' : ''}`}>
      <span class="name" title={props.name}>
        {props.name}
      </span>
      <span class="track" style={{ '--series': colour }}>
        <span style={{ transform: `scaleX(${share.toFixed(4)})` }} />
      </span>
      <span class="value">{props.share === undefined ? '–' : percent(share, 0)}</span>
    </div>
  );
}

export function seriesColour(index: number): string {
  return `var(--series-${(index % 6) + 1})`;
}
