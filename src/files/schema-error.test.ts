import { expect, test } from 'vitest';
import { z } from 'zod';
import { DuetError } from '../errors.ts';
import { checkSchema, nearest } from './schema-error.ts';

const schema = z.strictObject({ epochs: z.number(), tokens: z.strictObject({ audio: z.number() }).optional() });

test.each([
  [{ epochs: 1, epoch: 2 }, "run.json has the unknown key 'epoch'; did you mean 'epochs'?"],
  [
    { epochs: 1, tokens: { audio: 5, audoi: 5 } },
    "run.json has the unknown key 'audoi' in 'tokens'; did you mean 'audio'?",
  ],
  [{ epochs: 1, somethingElse: 2 }, "run.json has the unknown key 'somethingElse'; remove it."],
  [{}, "run.json is not as expected: 'epochs' is missing; fix it."],
  [{ epochs: 'x' }, "run.json is not as expected: 'epochs', invalid input: expected number, received string; fix it."],
  ['x', 'run.json is not as expected, invalid input: expected object, received string; fix it.'],
])('%j gets one sentence', (value, sentence) => {
  expect(() => checkSchema(schema, value, 'run.json')).toThrow(new DuetError(sentence));
});

test('a name is suggested only for a likely slip', () => {
  expect(nearest('leraning', ['learning', 'weights'])).toBe('learning');
  expect(nearest('lr', ['epochs', 'batch'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});
