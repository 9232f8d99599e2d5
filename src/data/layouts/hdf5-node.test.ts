import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { refusal } from '../../refusal.test-data.ts';
import { writeOrder } from './field-layouts.test-data.ts';
import { readHdf5 } from './hdf5-node.ts';

test('a damaged HDF5 file is one sentence, and the library prints nothing of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-hdf5-'));
  const [damaged, whole] = [join(folder, 'damaged.h5'), join(folder, 'whole.h5')];
  await writeFile(damaged, Buffer.concat([Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1'), Buffer.alloc(5000, 7)]));
  await writeOrder(whole, [2, 0, 1]);
  const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'log')];
  expect(await refusal(readHdf5(damaged, 'order'))).toMatch(/^The HDF5 file ".*" cannot be used \([^\n]+\); get a/);
  expect(await refusal(readHdf5(whole, 'labels'))).toMatch(/has no numbers named "labels"/);
  expect([...((await readHdf5(whole, 'order')).values as number[])]).toEqual([2, 0, 1]);
  for (const print of printed) expect(print).not.toHaveBeenCalled();
});
