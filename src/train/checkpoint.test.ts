import { expect, test } from 'vitest';
import { DuetError } from '../errors.ts';
import { writeSafetensors } from '../files/safetensors.ts';
import { decodeCheckpoint, progressOf } from './checkpoint.ts';

test('a checkpoint whose metadata is damaged is refused in a sentence', () => {
  const bytes = writeSafetensors(new Map(), { progress: '{"epoch": 3, ' });
  for (const read of [() => decodeCheckpoint(bytes, new Map(), 'checkpoint.safetensors'), () => progressOf(bytes)]) {
    expect(read).toThrow(DuetError);
    expect(read).toThrow(
      /checkpoint.* is damaged: the progress in its metadata is not JSON; start again with --force\./,
    );
  }
});
