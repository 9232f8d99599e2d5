// What is left of the answers without a modality or with a foreign one, as rows of a table.
import { percent } from './format.ts';
import type { Robustness } from './report.ts';

/** Names and shares. */
export function robustnessRows({
  pictureMissing,
  soundMissing,
  falseAlarms,
  swapped,
}: Robustness): (readonly [string, string])[] {
  return [
    ['accuracy without picture', percent(pictureMissing)],
    ['accuracy without sound', percent(soundMissing)],
    ...(falseAlarms === undefined ? [] : ([['own sound: called background', percent(falseAlarms)]] as const)),
    ...(swapped === undefined
      ? []
      : ([
          ['swapped sound: follows the picture', percent(swapped.picture)],
          ['swapped sound: follows the sound', percent(swapped.sound)],
          ['swapped sound: called background', percent(swapped.background)],
        ] as const)),
  ];
}
