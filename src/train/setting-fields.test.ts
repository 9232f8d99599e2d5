import { expect, test } from 'vitest';
import * as z from 'zod';
import { isNamed, placed, settingFields, settingMeta, withChanges } from './setting-fields.ts';
import { expectedText, isOfKind, valueOfText } from './setting-kind.ts';

const learning = settingMeta('Learning');
const schema = z.strictObject({
  rate: z.number().positive().max(10).meta(learning('--lr, --learning-rate <rate>', 'at its highest')),
  steps: z.int().positive().nullable().meta(learning('--steps <number>', 'at most')),
  share: z.number().min(0).lt(1).meta(learning('--share <share>', 'of something')),
  count: z.int().min(-3).meta(learning('--count <number>', 'of something')),
  crop: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]).meta({ help: 'least and greatest' }),
  model: z.strictObject({
    kind: z.enum(['plain', 'fancy']).default('plain').meta(settingMeta('Model')('--kind <kind>', 'of model')),
    tokens: z.strictObject({ audio: z.int().min(0).meta(settingMeta('Model')('--audio-tokens <number>', 'of sound')) }),
    gate: z.boolean().meta(settingMeta('Model')('--no-gate', 'without the gate')),
  }),
});
const fields = settingFields(schema);

test('a schema says of each setting its place, its names, its heading and what it takes', () => {
  expect(fields.map(({ path, name, group }) => [path.join('.'), name, group])).toEqual([
    ['rate', 'learningRate', 'Learning'],
    ['steps', 'steps', 'Learning'],
    ['share', 'share', 'Learning'],
    ['count', 'count', 'Learning'],
    ['crop', 'crop', undefined],
    ['model.kind', 'kind', 'Model'],
    ['model.tokens.audio', 'audioTokens', 'Model'],
    ['model.gate', 'gate', 'Model'],
  ]);
  expect(fields.map(({ kind }) => expectedText(kind))).toEqual([
    'a number above 0 and at most 10',
    'a whole number of at least 1',
    'a number of at least 0 and below 1',
    'a whole number of at least -3',
    'two numbers from 0 to 1, such as 0.5,1',
    'one of plain, fancy',
    'a whole number of at least 0',
    'true or false',
  ]);
});

test('what is accepted is what the schema accepts', () => {
  const shapes = [schema.shape.rate, schema.shape.steps.unwrap(), schema.shape.share, schema.shape.count];
  const others = [
    schema.shape.crop,
    schema.shape.model.shape.kind.unwrap(),
    schema.shape.model.shape.tokens.shape.audio,
  ];
  const values = [-4, -3, 0, 0.5, 1, 2 ** 53, 10, 11, Number.NaN, '1', 'plain', true, [0, 1], [1], [0, 2], undefined];
  for (const [index, shape] of [...shapes, ...others, schema.shape.model.shape.gate].entries())
    for (const value of values)
      expect([fields[index]!.name, value, isOfKind(fields[index]!.kind, value)]).toEqual([
        fields[index]!.name,
        value,
        shape.safeParse(value).success,
      ]);
});

test('a flag’s text becomes a value only if it is written as one', () => {
  const read = (name: string, text: string) => valueOfText(fields.find((field) => isNamed(field, name))!.kind, text);
  expect(['3e-4', ' 7 ', '.5', '', '0x10', '1,000'].map((text) => read('learningRate', text))).toEqual([
    ...[3e-4, 7, 0.5],
    ...['', '0x10', '1,000'],
  ]);
  expect([read('crop', '0.4,1'), read('crop', '0.4'), read('kind', 'fancy')]).toEqual([[0.4, 1], [0.4], 'fancy']);
});

test('named settings go to their places, and what nobody knows stays for the schema to refuse', () => {
  const given = { lr: 0.1, 'audio-tokens': 2, gate: false, model: { kind: 'fancy' }, other: 1 };
  expect(placed(fields, given)).toEqual({
    rate: 0.1,
    model: { tokens: { audio: 2 }, gate: false, kind: 'fancy' },
    other: 1,
  });
  expect(placed(fields, { 'no-gate': true })).toEqual({ 'no-gate': true });
});

test('changes go over a base key by key, and leave it as it was', () => {
  const base = { crop: [0, 1], model: { kind: 'plain', tokens: { audio: 5, visual: 5 } } };
  const before = structuredClone(base);
  expect(withChanges(base, { crop: [0.5, 1], model: { tokens: { audio: 2 } } })).toEqual({
    crop: [0.5, 1],
    model: { kind: 'plain', tokens: { audio: 2, visual: 5 } },
  });
  expect(base).toEqual(before);
});

test('numbers may be a choice, and what nobody types is for programs', () => {
  const settings = z.object({
    views: z.literal([1, 2]).meta(settingMeta('Model')('--views <number>', 'of a clip')),
    steps: z.array(z.int()).meta({ help: 'one block for each' }),
    unlike: z.tuple([z.int(), z.number().min(0)]).meta({ help: 'two of two kinds' }),
  });
  const [views, steps, unlike] = settingFields(settings);
  expect([expectedText(views!.kind), valueOfText(views!.kind, '2'), valueOfText(views!.kind, '3')]).toEqual([
    'one of 1, 2',
    2,
    '3',
  ]);
  expect([isOfKind(views!.kind, 2), isOfKind(views!.kind, '2')]).toEqual([true, false]);
  expect(unlike!.kind).toEqual({ kind: 'other' });
  expect(steps).toMatchObject({ flag: undefined, name: 'steps', kind: { kind: 'other' } });
});

test('a setting without help, or a flag for what nobody types, is a fault of the program', () => {
  expect(() => settingFields(z.object({ bare: z.int() }))).toThrow("The setting 'bare' has no help");
  const names = z.array(z.string()).meta(learning('--names <list>', 'names'));
  expect(() => settingFields(z.object({ inner: z.object({ names }) }))).toThrow("'inner.names' has a flag");
});
