import { expect, test } from 'vitest';
import * as z from 'zod';
import { checkGiven, joinedFields } from './joined-fields.ts';
import { settingFields, settingMeta } from './setting-fields.ts';
import { expectedText } from './setting-kind.ts';

const model = settingMeta('Model');
const epochs = z.int().positive().meta(model('--epochs <number>', 'passes'));
const first = settingFields(
  z.object({
    epochs,
    heads: z.enum(['paper', 'agreement']).meta(model('--heads <kind>', 'of the first')),
    share: z.number().positive().max(1).meta(model('--share <share>', 'of something')),
    size: z.int().min(2).max(8).meta(model('--size <number>', 'of something')),
  }),
);
const second = settingFields(
  z.object({
    size: z.number().min(1).meta(model('--size <number>', 'of something')),
    share: z.number().min(0).lt(0.5).meta(model('--share <share>', 'of something')),
    heads: z.enum(['paper', 'linear']).meta(model('--heads <kind>', 'of the second')),
    epochs,
    inner: z.int().meta({ help: 'without a flag' }),
    frames: z.int().positive().meta(model('--frames <number>', 'of a clip')),
  }),
);

test('one field for each name takes what either system takes', () => {
  expect(joinedFields([first, second]).map(({ name, help, kind }) => [name, help, expectedText(kind)])).toEqual([
    ['epochs', 'passes', 'a whole number of at least 1'],
    ['heads', 'of the first', 'one of paper, agreement, linear'],
    ['share', 'of something', 'a number from 0 to 1'],
    ['size', 'of something', 'a number of at least 1'],
    ['frames', 'of a clip', 'a whole number of at least 1'],
  ]);
  expect(joinedFields([first])).toEqual(first);
});

test('one name for two kinds of value, or two flags, is a fault of the program', () => {
  const other = (heads: z.ZodType) => settingFields(z.object({ heads }));
  expect(() => joinedFields([first, other(z.int().meta(model('--heads <kind>', 'how many')))])).toThrow("by 'heads'");
  expect(() => joinedFields([first, other(z.enum(['paper']).meta(model('--heads <name>', 'which')))])).toThrow(
    '(--heads <kind> and --heads <name>)',
  );
});

test('what the chosen system does not take of it is reported', () => {
  expect(() => checkGiven(first, { heads: 'paper', size: 8 }, 'duet')).not.toThrow();
  expect(() => checkGiven(first, { frames: 3 }, 'duet')).toThrow(
    '"frames" is no setting of the recipe duet; leave it out, or choose another recipe.',
  );
  expect(() => checkGiven(first, { heads: 'linear' }, 'duet')).toThrow(
    '"heads" is "linear", but must be one of paper, agreement with the recipe duet.',
  );
});
