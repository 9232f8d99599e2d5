import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DuetError } from '../../errors.ts';
import { readActivityNet } from './activity-net.ts';
import { audacityLabels, readAudacityLabels } from './audacity.ts';
import { desedTable, isDesedTable, readDesedDurations, readDesedEvents } from './desed.ts';
import { eventsCsv } from './event-csv.ts';
import { eventFile } from './event-file.ts';
import { parseTime } from './events.ts';
import { readEventCsv } from './read-event-csv.ts';
import { webVtt } from './web-vtt.ts';

const dog = { start: 1.5, end: 62.25, label: 'a dog, "barking"', score: 0.875 };
const cat = { start: 0, end: 3600.5, label: 'cat', score: 0.5 };

describe('times', () => {
  test.each([
    ['12', 12],
    [' 1.25 ', 1.25],
    ['1e-1', 0.1],
    ['1:02', 62],
    ['90:00', 5400],
    ['1:02:03.5', 3723.5],
    ['00:01:02,250', 62.25],
    ['-0.5', -0.5],
  ])('%s', (text, seconds) => expect(parseTime(text)).toBeCloseTo(seconds, 12));

  test.each(['', 'later', '1:75', '1:60:00', '1:2:3:4', '.', '1:'])('%s is none', (text) =>
    expect(parseTime(text)).toBeNaN(),
  );
});

describe('label tracks of Audacity', () => {
  test('are read as they are written', () => {
    const { clips, problems } = readAudacityLabels(audacityLabels([dog, cat]), 'a.mp4', 'a.txt');
    expect(clips).toEqual([
      { clip: 'a.mp4', events: [dog, cat].map(({ start, end, label }) => ({ start, end, label })) },
    ]);
    expect(problems).toEqual([]);
  });

  test('have frequencies that are passed over, and lines without times or names that are reported', () => {
    const text = '1\t2\tdog\r\n\\\t100\t200\n3\tsoon\tcat\n4\t5\n';
    const { clips, problems } = readAudacityLabels(text, 'a', 'a.txt');
    expect(clips[0]!.events).toEqual([{ start: 1, end: 2, label: 'dog' }]);
    expect(problems).toEqual([
      'Line 3 of "a.txt" has "soon" where a time in seconds or as hh:mm:ss is needed.',
      'Line 4 of "a.txt" names no class.',
    ]);
  });
});

test('subtitles are cues in order, with what markup would read escaped', () => {
  expect(webVtt([dog, { ...cat, label: 'cat --> <b>' }, { ...cat, start: 7200, end: 7200 }])).toBe(
    [
      'WEBVTT\n',
      '00:00:00.000 --> 01:00:00.500\ncat --&gt; &lt;b&gt; (50 %)\n',
      '00:00:01.500 --> 00:01:02.250\na dog, "barking" (88 %)\n',
      '02:00:00.000 --> 02:00:00.001\ncat (50 %)\n',
    ].join('\n'),
  );
});

describe('comma-separated tables', () => {
  test('are read as they are written', () => {
    const written = eventsCsv([{ clip: 'x, y.mp4', events: [dog, cat] }]);
    expect(readEventCsv(written, 'events.csv')).toEqual({
      clips: [{ clip: 'x, y.mp4', events: [dog, cat].map(({ start, end, label }) => ({ start, end, label })) }],
      problems: [],
    });
  });

  test('have columns in any order, clips without events, and rows that are reported', () => {
    const text = '\uFEFFlabel,note,End,Start,path\ndog,,0:02,0:01,a.mp4\n,,,,b.mp4\n,,3,2,a.mp4\n';
    expect(readEventCsv(text, 'e.csv')).toEqual({
      clips: [
        { clip: 'a.mp4', events: [{ start: 1, end: 2, label: 'dog' }] },
        { clip: 'b.mp4', events: [] },
      ],
      problems: ['Row 4 of "e.csv" names no class.'],
    });
    expect(() => readEventCsv('path,start,label\n', 'e.csv')).toThrow(
      new DuetError('"e.csv" has no column "end"; its header should be path, start, end, label.'),
    );
  });
});

describe('tables of DESED', () => {
  test('are read as they are written, clips without events included', () => {
    const written = desedTable([
      { clip: 'a.wav', events: [cat] },
      { clip: 'b.wav', events: [] },
    ]);
    expect(isDesedTable(written)).toBe(true);
    expect(readDesedEvents(written, 'a.tsv').clips).toEqual([
      { clip: 'a.wav', events: [{ start: 0, end: 3600.5, label: 'cat' }] },
      { clip: 'b.wav', events: [] },
    ]);
  });

  test('may have classes without times, and durations in a file of their own', () => {
    expect(readDesedEvents('filename\tevent_labels\na.wav\tcat, dog\nb.wav\t\n', 'w.tsv').clips).toEqual([
      { clip: 'a.wav', events: [], labels: ['cat', 'dog'] },
      { clip: 'b.wav', events: [], labels: [] },
    ]);
    expect([...readDesedDurations('filename\tduration\na.wav\t10.5\nb.wav\t\n', 'd.tsv')]).toEqual([['a.wav', 10.5]]);
    expect(() => readDesedEvents('filename\tonset\n', 'd.tsv')).toThrow('has no column "offset"');
    expect(() => readDesedDurations('a\tb\n', 'd.tsv')).toThrow('has no column "filename"');
  });
});

test('a form with one timeline takes the events of one clip', () => {
  const one = { clip: 'a.mp4', events: [dog] };
  expect(eventFile('audacity', [one])).toBe(audacityLabels([dog]));
  expect(eventFile('vtt', [])).toBe('WEBVTT\n');
  expect(eventFile('csv', [one, one])).toBe(eventsCsv([one, one]));
  expect(eventFile('tsv', [one])).toBe(desedTable([one]));
  expect(() => eventFile('vtt', [one, one])).toThrow(
    /--vtt has one timeline, and these are 2 clips; give one, or use --csv/,
  );
});

describe('annotations of ActivityNet', () => {
  test('have subsets and durations that may be absent, and times that may be texts', () => {
    const annotations = [{ segment: ['0:01', 2.5], label: 'dog', label_id: 3 }];
    const database = { v1: { subset: 'Training', duration: 9, annotations }, v2: {} };
    expect(readActivityNet(JSON.stringify({ version: 1, database }), 'a.json')).toEqual({
      clips: [
        { clip: 'v1', subset: 'Training', duration: 9, events: [{ start: 1, end: 2.5, label: 'dog' }] },
        { clip: 'v2', events: [] },
      ],
      problems: [],
    });
  });

  test('are read around an annotation that is none', () => {
    const annotations = [
      { segment: [1], label: 'dog' },
      { segment: [1, 2], label: ' ' },
      { segment: [1, 2], label: 'cat' },
    ];
    const { clips, problems } = readActivityNet(JSON.stringify({ database: { v: { annotations } } }), 'a.json');
    expect(clips[0]!.events).toHaveLength(1);
    expect(problems).toEqual([
      'Annotation 1 of "v" in "a.json" has no segment of two times and a label.',
      'Annotation 2 of "v" in "a.json" names no class.',
    ]);
    expect(() => readActivityNet('[', 'a.json')).toThrow('"a.json" is not JSON; get a fresh copy of it.');
  });
});

const scenes = '../shared/systems/uniav-data/annotations';
test.skipIf(!existsSync(scenes))('both forms of the test scenes’ annotations say the same', () => {
  const read = (file: string) => readFileSync(`${scenes}/${file}`, 'utf8');
  const { clips, problems } = readActivityNet(read('sed.json'), 'sed.json');
  const table = readDesedEvents(read('sed-test.tsv'), 'sed-test.tsv').clips;
  const durations = readDesedDurations(read('durations-test.tsv'), 'durations-test.tsv');
  const tests = clips.filter(({ subset }) => subset === 'testing');
  expect(problems).toEqual([]);
  expect(table).toEqual(tests.map(({ clip, events }) => ({ clip: `${clip}.mp4`, events })));
  expect([...durations.values()]).toEqual(tests.map(({ duration }) => duration));
});
