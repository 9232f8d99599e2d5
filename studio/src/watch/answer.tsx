// One moment's answer: the pictures with what the model attends to, the verdict, and the probabilities.
import { percent } from '../../../src/report/format.ts';
import type { ClassShares } from '../../../src/systems/system.ts';
import { noOverlay } from '../engine/overlay.ts';
import type { Moment } from '../engine/watching-worker.ts';
import { Pixels } from '../ui/controls.tsx';
import type { Options } from './watch.tsx';

export function MomentPictures(props: {
  readonly moment: Moment | undefined;
  readonly options: Options;
  readonly mirrored?: boolean;
}) {
  const { moment, options } = props;
  const overlaid = overlaidInWords(options.overlay);
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

const lit: Readonly<Record<string, string>> = {
  evidence: ', with what sounds lit up',
  attention: ', with what the model attends to lit up',
};

function overlaidInWords(overlay: string): string {
  return overlay === noOverlay ? '' : (lit[overlay] ?? `, with its ${overlay} lit up`);
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
  const { answer, unrelated } = moment;
  if (!answer)
    return (
      <div class={`verdict ${unrelated !== undefined && unrelated > 0.5 ? 'apart' : ''}`}>
        <p class="what">{moment.headline}</p>
      </div>
    );
  if (answer.isUnrelated)
    return (
      <div class="verdict apart" {...verdictData(answer, classes)}>
        <p class="what">Sound and picture do not belong together</p>
        <p class="quiet">It would be “{classes[answer.best]}”, if they did.</p>
      </div>
    );
  const probability = answer.shares[answer.best]!;
  return (
    <div class="verdict" {...verdictData(answer, classes)}>
      <p class="what">{classes[answer.best]}</p>
      <p class="quiet">
        {probability < 0.6 ? 'perhaps: ' : ''}
        {percent(probability, 0)}
      </p>
    </div>
  );
}

/** The answer in full precision, for tests and other programs that look at the page. */
function verdictData({ best, shares, unrelated, isUnrelated }: ClassShares, classes: readonly string[]) {
  return {
    'data-best': classes[best],
    'data-belongs-together': !isUnrelated,
    'data-probabilities': JSON.stringify(shares),
    'data-background': unrelated,
  };
}

export function Probabilities({
  moment,
  classes,
}: {
  readonly moment: Moment | undefined;
  readonly classes: readonly string[];
}) {
  const answer = moment?.answer;
  const unrelated = answer?.unrelated ?? moment?.unrelated;
  return (
    <section class="bars" aria-label="Probabilities">
      {classes.map((name, index) => (
        <Bar key={name} name={name} share={answer?.shares[index]} series={index} />
      ))}
      {unrelated !== undefined && <Bar name="do not match" share={unrelated} series={undefined} />}
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
