import { expect, test } from 'vitest';
import { byFrameName } from './frame-order.ts';

test.each([
  ['seconds', ['0.5.png', '1.0.png', '1.5.png', '2.0.png', '2.25.png', '2.5.png', '10.0.png']],
  ['counts of a total', ['frame_1_of_12.jpg', 'frame_2_of_12.jpg', 'frame_10_of_12.jpg', 'frame_12_of_12.jpg']],
  ['counts without leading zeros', ['1.jpg', '2.JPG', '10.jpeg', '11.jpg']],
  [
    'counts after a size or a date',
    ['2024-01-02_640x480_9.png', '2024-01-02_640x480_10.png', '2024-01-03_640x480_1.png'],
  ],
  ['minutes and seconds', ['00_59.png', '01_00.png', '01_01.png']],
  ['counts after a point', ['shot.0009.png', 'shot.0010.png']],
  ['seconds before and after zero', ['t_-1.5.png', 't_-1.0.png', 't_0.0.png', 't_0.5.png']],
  ['seconds from before zero', ['-10.png', '-2.png', '3.png']],
  ['counts after a hyphen', ['frame-1.png', 'frame-2.png', 'frame-10.png']],
  ['words', ['begin.png', 'end.png', 'end2.png']],
])('names that are %s keep their order', (_, names) => {
  expect([...names].reverse().sort(byFrameName)).toEqual(names);
});
