import { beforeAll, describe, expect, test } from 'vitest';
import { reliabilityDiagram } from './calibration.ts';
import { confusionMatrix, worstConfusions } from './confusion-matrix.ts';
import { dotPlot } from './dot-plot.ts';
import { clock, duration, percent, shortValue } from './format.ts';
import { lineChart } from './line-chart.ts';
import { escapeText } from './markup.ts';
import { reportPage } from './page.ts';
import { linearScale, roundTicks, timeTicks } from './scale.ts';
import type { Report, Shown } from './shown.ts';
import { shownText } from './shown-text.ts';
import { frequencyTicks } from './spectrogram-figure.ts';
import { timelineChart } from './timeline.ts';

const nasty = '<script>alert("1")</script> & \'x\'\u0000';
const encode = async () => 'data:image/png;base64,AAAA';
const picture = { width: 4, height: 4, data: new Uint8Array(48) };
const map = { name: nasty, values: new Float32Array(16), rows: 4, columns: 4 };

const all: readonly Shown[] = [
  { kind: 'numbers', rows: [[nasty, '75']] },
  {
    kind: 'table',
    note: nasty,
    columns: [
      { name: nasty, kind: 'text' },
      { name: 'F1', kind: 'share' },
      { name: 'clips', kind: 'number' },
    ],
    rows: [[nasty, 2 / 3, 486709]],
  },
  {
    kind: 'curves',
    ...{ title: nasty, xLabel: nasty, yLabel: nasty },
    mark: { x: 1, label: nasty },
    series: [
      {
        name: nasty,
        points: [
          { x: 1, y: 2 },
          { x: 2, y: 1 },
        ],
      },
    ],
  },
  { kind: 'reliability', expectedError: 0.1, bins: [{ confidence: 0.9, accuracy: 0.8, clips: 10 }] },
  {
    kind: 'matrix',
    classes: [nasty, 'dog'],
    counts: [
      [3, 1],
      [0, 4],
    ],
  },
  {
    kind: 'timeline',
    title: nasty,
    duration: 60,
    tracks: [
      { name: nasty, events: [{ start: 1, end: 5, label: nasty, score: 0.9 }] },
      { name: 'true', events: [{ start: 1, end: 4, label: nasty, score: 1 }] },
    ],
  },
  { kind: 'ranking', entries: [{ label: nasty, share: 0.875 }] },
  {
    kind: 'card',
    title: nasty,
    verdict: { said: 'dog', truth: nasty },
    shown: [
      {
        kind: 'picture',
        picture,
        caption: nasty,
        map,
        box: { place: { x: 0, y: 0, width: 2, height: 2 }, name: nasty },
      },
      {
        kind: 'spectrogram',
        ...{
          values: new Float32Array(16),
          height: 4,
          width: 4,
          axes: 'frequency-time',
          seconds: 5,
          caption: nasty,
          map,
        },
        frequency: { kind: 'linear', low: 0, high: 8000 },
      },
      { kind: 'sound', samples: Float32Array.of(0, 0.5, -2), sampleRate: 8000, caption: nasty },
    ],
  },
];

const report: Report = {
  title: nasty,
  introduction: nasty,
  numbers: { kind: 'numbers', rows: [['background AUC', '0.860']] },
  sections: [
    ...all.map((shown) => ({ id: shown.kind, title: nasty, shown: [shown] })),
    { id: 'nothing', title: 'Nothing', shown: [] },
  ],
  command: nasty,
  configuration: { [nasty]: nasty },
};

/** Every tag's name in order; fails on markup that is not well nested, as unescaped text would make it. */
function checkNesting(html: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  for (const [, closing, name = '', rest = ''] of html.matchAll(
    /<(\/?)([a-z][\w-]*)((?:\s+[\w:-]+="[^"<>]*")*)\s*>|<!doctype html>/gi,
  )) {
    if (name === '') continue;
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (!['meta', 'img', 'br'].includes(name)) open.push(name);
    if (closing !== '/') names.push(name);
    expect(rest).not.toMatch(/\son\w+=/);
  }
  expect(open).toEqual([]);
  return names;
}

describe('the page', () => {
  let page: string;
  let names: string[];
  beforeAll(async () => {
    page = await reportPage(report, encode);
    names = checkNesting(page);
  });

  test('has a section for everything to show and none for nothing, and escapes every text', () => {
    for (const id of [...all.map(({ kind }) => kind), 'configuration']) {
      expect(page).toContain(`<section id="${id}" aria-labelledby="${id}-title">`);
      expect(page).toContain(`href="#${id}"`);
    }
    expect(page).not.toContain('id="nothing"');
    expect(page).not.toContain('<script');
    expect(page).not.toContain('\u0000');
    expect(page.split('&lt;script&gt;').length).toBeGreaterThan(20);
  });

  test('loads nothing from anywhere', () => {
    expect(names).not.toContain('script');
    expect(names).not.toContain('link');
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import|src="(?!data:)/);
    expect(page).toContain('content="default-src &#39;none&#39;; img-src data:; media-src data:;');
  });

  test('can be read without seeing: one h1, alt texts, labelled charts, scoped table heads', () => {
    expect(names.filter((name) => name === 'h1').length).toBe(1);
    for (const [tag] of page.matchAll(/<img[^>]*>/g)) expect(tag).toMatch(/ alt="[^"]+"/);
    for (const [tag] of page.matchAll(/<svg[^>]*>/g)) expect(tag).toMatch(/ role="img" aria-label="[^"]+"/);
    for (const [tag] of page.matchAll(/<th[ >][^>]*>/g)) expect(tag).toMatch(/ scope="(row|col)"/);
    expect(page).toContain('<html lang="en">');
  });

  test('shows the numbers', () => {
    for (const shown of ['87.5 %', '0.860', '486,709', '66.7 %']) expect(page).toContain(shown);
    expect(page).not.toMatch(/NaN|undefined/);
  });

  test('plays sound from 16 bits within their range', () => {
    const [, base64] = /src="data:audio\/wav;base64,([^"]+)"/.exec(page) ?? [];
    const bytes = Buffer.from(base64!, 'base64');
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    expect([0, 1, 2].map((index) => bytes.readInt16LE(44 + 2 * index))).toEqual([0, 16384, -32767]);
  });
});

test('what has text is shown in a terminal, and what has none is left out', () => {
  const text = shownText(all);
  for (const shown of ['75', '66.7 %', '486,709', '0:01.0–0:05.0', '87.5 %', 'dog']) expect(text).toContain(shown);
  expect(text).not.toMatch(/NaN|undefined|\n\n\n/);
});

describe('charts', () => {
  test('a curve with gaps, one point or none is drawn without a wrong coordinate', () => {
    const points = [
      { x: 1, y: 1 },
      { x: 2, y: Number.NaN },
      { x: 3, y: 2 },
      { x: 4, y: Number.POSITIVE_INFINITY },
    ];
    for (const count of [0, 1, 2, 4]) {
      const chart = lineChart({
        title: 'Loss',
        xLabel: 'epoch',
        yLabel: 'loss',
        series: [{ name: 'training', points: points.slice(0, count) }],
      });
      expect(chart).not.toMatch(/NaN|Infinity|undefined/);
      expect(chart.includes('No values yet')).toBe(count === 0);
    }
  });

  test('higher values are higher up, and each place tells its values', () => {
    const chart = lineChart({
      title: 'Loss',
      xLabel: 'epoch',
      yLabel: 'loss',
      series: [
        {
          name: 'training',
          points: [
            { x: 1, y: 3 },
            { x: 2, y: 1 },
          ],
        },
      ],
    });
    const [, from, to] = /d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/.exec(chart) ?? [];
    expect(Number(from)).toBeLessThan(Number(to));
    expect(chart).toContain('<title>epoch 2: training 1</title>');
  });

  test('a dot plot places greater shares further right, with the mean between them, and leaves out what has no values', () => {
    const values = [
      { name: 'seed 0', value: 0.6 },
      { name: 'seed 1', value: 0.9 },
    ];
    const plot = dotPlot('Accuracy', [
      { name: nasty, values },
      { name: 'not run', values: [] },
    ]);
    const [low, high] = [...plot.matchAll(/cx="([\d.]+)"/g)].map(([, x]) => Number(x)) as [number, number];
    const bar = Number(/<rect x="([\d.]+)"/.exec(plot)![1]) + 1.5;
    expect(low).toBeLessThan(high);
    expect(bar).toBeCloseTo((low + high) / 2, 1);
    expect(plot).toContain('75.0 %');
    expect(plot).not.toContain('<script>');
    expect(plot).not.toContain('not run');
  });

  test('a confusion matrix’s rows are the truth', () => {
    const table = confusionMatrix({
      classes: ['cat', 'dog'],
      counts: [
        [1, 3],
        [0, 0],
      ],
    });
    expect(table).toContain('title="cat predicted as dog: 3 of 4 (75 %)"');
    expect(table).toContain('title="dog predicted as cat: 0 of 0 (0 %)"');
    expect(
      worstConfusions(
        {
          classes: ['cat', 'dog'],
          counts: [
            [1, 3],
            [2, 2],
          ],
        },
        1,
      ),
    ).toEqual([{ truth: 'cat', predicted: 'dog', count: 3, share: 0.75 }]);
  });

  test('three hundred classes make a picture of the cells that are not empty', () => {
    const classes = Array.from({ length: 309 }, (_, index) => `class ${index}`);
    const picture = confusionMatrix({
      classes,
      counts: classes.map((_, row) => classes.map((__, column) => (row === column ? 5 : 0))),
    });
    expect(picture).toMatch(/^<svg/);
    expect(picture.match(/<rect/g)?.length).toBe(310);
    expect(picture).toContain('1545 of 1545 on the diagonal');
  });

  test('a timeline’s bars lie where the events do', () => {
    const chart = timelineChart({
      title: 'a',
      duration: 100,
      tracks: [{ name: 'found', events: [{ start: 25, end: 75, label: 'dog', score: 1 }] }],
    });
    const [, x, width] = /<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(chart) ?? [];
    const [left, right] = [41, 744];
    expect(Number(x)).toBeCloseTo(left + (right - left) / 4, 0);
    expect(Number(width)).toBeCloseTo((right - left) / 2, 0);
  });

  test('overconfidence lies below the diagonal', () => {
    const diagram = reliabilityDiagram({ expectedError: 0.3, bins: [{ confidence: 0.8, accuracy: 0.5, clips: 4 }] });
    const [, x, y] = /cx="([\d.]+)" cy="([\d.]+)"/.exec(diagram) ?? [];
    const diagonal = 258 - ((Number(x) - 52) / (446 - 52)) * (258 - 14);
    expect(Number(y)).toBeGreaterThan(diagonal + 50);
  });
});

test('ticks are round and inside', () => {
  expect(roundTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(roundTicks(0.13, 0.37, 5)).toEqual([0.15, 0.2, 0.25, 0.3, 0.35]);
  expect(roundTicks(3, 3, 5)).toEqual([3]);
  expect(timeTicks(200, 8)).toEqual([0, 30, 60, 90, 120, 150, 180]);
  expect(linearScale([2, 2], [0, 10])(2)).toBe(5);
});

test('mel ticks follow the mel scale', () => {
  const ticks = frequencyTicks({ kind: 'mel', low: 20, high: 8000 });
  expect(ticks.map((tick) => tick.text)).toEqual(['100 Hz', '500 Hz', '1 kHz', '2 kHz', '4 kHz', '8 kHz']);
  expect(ticks[2]?.share).toBeCloseTo((1000 - 31.75) / (2840.0 - 31.75), 2);
});

test('numbers read as people write them', () => {
  expect([percent(0.8423), percent(Number.NaN), percent(undefined)]).toEqual(['84.2 %', '–', '–']);
  expect([shortValue(1234.5), shortValue(0.01234), shortValue(0.0000123), shortValue(0)]).toEqual([
    '1,235',
    '0.0123',
    '1.2e-5',
    '0',
  ]);
  expect([clock(7), clock(59.6), clock(3729), clock(7.46, 1), clock(59.96, 1)]).toEqual([
    '0:07',
    '1:00',
    '1:02:09',
    '0:07.5',
    '1:00.0',
  ]);
  expect([duration(8.44), duration(9.97), duration(59.7), duration(205), duration(3725)]).toEqual([
    '8.4 s',
    '10 s',
    '1 min 0 s',
    '3 min 25 s',
    '1 h 2 min',
  ]);
  expect(escapeText('a\u0007<b>\u202e')).toBe('a\uFFFD&lt;b&gt;\uFFFD');
});
