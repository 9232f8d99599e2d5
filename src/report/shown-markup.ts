// Each kind of shown thing as markup for a page.
import { reliabilityDiagram } from './calibration.ts';
import { confusionMatrix, worstConfusions } from './confusion-matrix.ts';
import { type Figure, type PictureEncoder, pictureFigures, spectrogramFigures } from './figures.ts';
import { clock, percent } from './format.ts';
import { lineChart } from './line-chart.ts';
import { element, escapeText } from './markup.ts';
import type {
  CardShown,
  ClipOverview,
  MatrixShown,
  NumbersShown,
  RankingShown,
  Shown,
  SoundShown,
  TimelineShown,
} from './shown.ts';
import { spectrogramFigure } from './spectrogram-figure.ts';
import { spectrogramPicture } from './spectrogram-picture.ts';
import { heading, meter, scrolled, tableMarkup } from './tables.ts';
import { timelineChart } from './timeline.ts';
import { waveUri } from './wave-uri.ts';

/** In characters; a longer value is a sentence, and set like one. */
const longestNumber = 14;

/** Several things one after another; neighbouring curves and neighbouring figures share rows. */
export async function shownMarkup(all: readonly Shown[], encode: PictureEncoder): Promise<string> {
  const parts: string[] = [];
  for (const group of grouped(all)) {
    const drawn: string[] = [];
    for (const shown of group) drawn.push(await oneMarkup(shown, encode));
    const around = wrapperOf(group[0]!);
    parts.push(around === undefined ? drawn.join('') : element('div', { class: around }, ...drawn));
  }
  return parts.join('');
}

function grouped(all: readonly Shown[]): Shown[][] {
  const groups: Shown[][] = [];
  for (const shown of all) {
    const last = groups.at(-1);
    const around = wrapperOf(shown);
    if (last && around !== undefined && wrapperOf(last[0]!) === around) last.push(shown);
    else groups.push([shown]);
  }
  return groups;
}

function wrapperOf({ kind }: Shown): string | undefined {
  if (kind === 'curves') return 'charts';
  return kind === 'picture' || kind === 'spectrogram' || kind === 'sound' ? 'images' : undefined;
}

async function oneMarkup(shown: Shown, encode: PictureEncoder): Promise<string> {
  switch (shown.kind) {
    case 'numbers':
      return numbersMarkup(shown);
    case 'table':
      return tableMarkup(shown);
    case 'curves':
      return element('figure', {}, heading(shown.title), lineChart(shown));
    case 'reliability': {
      const note = `On the dashed line a prediction of 80 % is right four times out of five. A dot’s size is its number of clips. Mean gap: ${percent(shown.expectedError)}.`;
      return element('figure', { class: 'narrow' }, reliabilityDiagram(shown), element('figcaption', {}, note));
    }
    case 'matrix':
      return matrixMarkup(shown);
    case 'timeline':
      return timelineMarkup(shown, encode);
    case 'picture':
      return (await pictureFigures(shown, encode)).map(figureMarkup).join('');
    case 'spectrogram':
      return (await spectrogramFigures(shown, encode)).map(figureMarkup).join('');
    case 'sound':
      return soundMarkup(shown);
    case 'ranking':
      return rankingMarkup(shown);
    case 'card':
      return cardMarkup(shown, encode);
  }
}

/** Numbers as tiles. */
export function numbersMarkup({ rows }: NumbersShown): string {
  const isWords = (value: string) => value.length > longestNumber;
  const tiles = rows.map(([name, value]) => {
    const style = { class: isWords(value) ? 'words' : undefined };
    return element('div', {}, element('dt', {}, escapeText(name)), element('dd', style, escapeText(value)));
  });
  const columns = rows.some(([, value]) => isWords(value)) ? Math.min(tiles.length, 4) : tiles.length;
  return element('dl', { class: 'summary', style: `--tiles:${columns}` }, ...tiles);
}

function matrixMarkup(matrix: MatrixShown): string {
  const worst = worstConfusions(matrix, 8);
  const columns = [
    { name: 'true class', kind: 'text' },
    { name: 'taken for', kind: 'text' },
    { name: 'clips', kind: 'number' },
    { name: 'of its class', kind: 'number' },
  ] as const;
  const rows = worst.map(({ truth, predicted, count, share }) => [truth, predicted, count, percent(share, 0)]);
  const mistakes =
    worst.length === 0
      ? element('p', { class: 'note' }, 'No mistakes.')
      : tableMarkup({ note: 'Most frequent mistakes', columns, rows });
  return element(
    'div',
    { class: 'confusions' },
    element('div', { class: 'scroll' }, confusionMatrix(matrix)),
    element('div', {}, mistakes),
  );
}

async function timelineMarkup(timeline: TimelineShown, encode: PictureEncoder): Promise<string> {
  const { title, tracks } = timeline;
  const events = tracks.flatMap((track) => track.events.map((event) => ({ ...event, track: track.name })));
  if (events.length === 0 && !timeline.overview)
    return element('div', { class: 'timeline' }, heading(title), element('p', { class: 'note' }, 'No events.'));
  const isNamed = tracks.length > 1;
  const columns = [
    { name: 'event', kind: 'text' },
    ...(isNamed ? [{ name: 'track', kind: 'text' } as const] : []),
    { name: 'from', kind: 'number' },
    { name: 'to', kind: 'number' },
    { name: 'score', kind: 'number' },
  ] as const;
  const rows = events.map(({ label, track, start, end, score }) => [
    label,
    ...(isNamed ? [track] : []),
    clock(start, 1),
    clock(end, 1),
    percent(score, 0),
  ]);
  const summary = element('summary', {}, 'The events as a table');
  const details = element('details', {}, summary, tableMarkup({ columns, rows }));
  const overview = timeline.overview && (await overviewUris(timeline.overview, encode));
  return element('div', { class: 'timeline' }, heading(title), scrolled(timelineChart(timeline, overview)), details);
}

async function overviewUris(
  { frames, spectrogram }: ClipOverview,
  encode: PictureEncoder,
): Promise<Parameters<typeof timelineChart>[1]> {
  const uris: string[] = [];
  for (const frame of frames) uris.push(await encode(frame));
  const picture =
    spectrogram &&
    spectrogramPicture(spectrogram.values, spectrogram.rows, spectrogram.columns, 'frequency-time', { map: 'ember' });
  return {
    frames: uris,
    frameShape: frames[0] ? frames[0].height / frames[0].width : 0,
    spectrogram: picture && (await encode(picture)),
  };
}

function figureMarkup(figure: Figure): string {
  const drawn =
    figure.ticks === undefined
      ? element('img', { src: figure.uri, alt: figure.description, width: figure.width, height: figure.height })
      : spectrogramFigure(figure, figure.ticks);
  return element(
    'figure',
    { class: figure.ticks === undefined ? undefined : 'with-axes' },
    drawn,
    element('figcaption', {}, escapeText(figure.caption)),
  );
}

function soundMarkup({ samples, sampleRate, caption }: SoundShown): string {
  const player = element('audio', { controls: '', preload: 'none', src: waveUri(samples, sampleRate) });
  return element('figure', {}, player, element('figcaption', {}, escapeText(caption)));
}

function rankingMarkup({ entries }: RankingShown): string {
  const rows = entries.map(({ label, share }) =>
    element('li', {}, element('span', {}, escapeText(label)), meter(share), element('span', {}, percent(share))),
  );
  return element('ol', { class: 'shares' }, ...rows);
}

async function cardMarkup({ title, verdict, shown }: CardShown, encode: PictureEncoder): Promise<string> {
  const said = verdict ? badge(verdict) + verdictText(verdict) : '';
  const head = element('div', { class: 'verdict' }, heading(title), said);
  return element('div', { class: 'example' }, head, await shownMarkup(shown, encode));
}

type Verdict = NonNullable<CardShown['verdict']>;

function badge({ said, truth }: Verdict): string {
  if (truth === undefined) return '';
  const isRight = truth === said;
  return element('span', { class: `badge ${isRight ? 'good' : 'bad'}` }, isRight ? 'right' : 'wrong');
}

function verdictText({ said, truth }: Verdict): string {
  const predicted = `predicted ${element('strong', {}, escapeText(said))}`;
  const isKnown = truth !== undefined && truth !== said;
  return element('span', {}, predicted + (isKnown ? `, in truth ${element('strong', {}, escapeText(truth))}` : ''));
}
