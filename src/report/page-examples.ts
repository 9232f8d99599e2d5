// Predictions one by one: what was seen and heard, where the model looked, and what it made of it.
import { percent } from './format.ts';
import { element, escapeText } from './markup.ts';
import { heading, meter } from './page-sections.ts';
import type { PredictionExample, ReportImage } from './report.ts';
import { spectrogramFigure } from './spectrogram-figure.ts';

export function examplesSection(examples: readonly PredictionExample[]): string {
  return examples.map(exampleCard).join('');
}

function exampleCard(example: PredictionExample): string {
  const verdict = element('div', { class: 'verdict' }, heading(example.name), badge(example), verdictText(example));
  const images = element('div', { class: 'images' }, ...example.images.map(imageFigure));
  const rows: (readonly [string, number])[] = example.probabilities.map((entry) => [entry.label, entry.probability]);
  if (example.backgroundProbability !== undefined)
    rows.push(['sound and picture unrelated', example.backgroundProbability]);
  const shares = rows.map(([name, share]) =>
    element('li', {}, element('span', {}, escapeText(name)), meter(share), element('span', {}, percent(share))),
  );
  return element('div', { class: 'example' }, verdict, images, element('ol', { class: 'shares' }, ...shares));
}

function badge(example: PredictionExample): string {
  if (example.truth === undefined) return '';
  const right = example.truth === example.predicted;
  return element('span', { class: `badge ${right ? 'good' : 'bad'}` }, right ? 'right' : 'wrong');
}

function verdictText(example: PredictionExample): string {
  const predicted = `predicted ${element('strong', {}, escapeText(example.predicted))}`;
  const truth =
    example.truth === undefined || example.truth === example.predicted
      ? ''
      : `, in truth ${element('strong', {}, escapeText(example.truth))}`;
  return element('span', {}, predicted + truth);
}

function imageFigure(image: ReportImage): string {
  const drawn =
    image.ticks === undefined
      ? element('img', { src: image.uri, alt: image.description, width: image.width, height: image.height })
      : spectrogramFigure(image, image.ticks);
  return element(
    'figure',
    { class: image.ticks === undefined ? undefined : 'with-axes' },
    drawn,
    element('figcaption', {}, escapeText(image.caption)),
  );
}
