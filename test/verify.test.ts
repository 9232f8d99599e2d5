// `duet verify` on the recorded reference runs, and on one that was tampered with.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../src/files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../src/files/tensor-values.ts';
import { duet, duetHere, duetJson, newFolder, theOneSentence } from './duet.ts';
import { goldenRuns } from './golden-runs.ts';

describe.skipIf(goldenRuns.length === 0)('the reference runs of ../shared', () => {
  test('agree, group by group', async () => {
    const results = await duetJson<{ passed: boolean; groups: { name: string; passed: boolean }[] }[]>([
      'verify',
      ...goldenRuns,
    ]);
    expect(results).toHaveLength(goldenRuns.length);
    for (const { passed, groups } of results) {
      expect(groups.map(({ name }) => name)).toEqual([
        'outputs',
        'losses',
        'attention',
        'gradients',
        'trajectory',
        'parameters',
      ]);
      expect(passed).toBe(true);
    }
  });

  test('with one changed number in one gradient do not, and the tensor is named', async () => {
    const { tensors, metadata } = readSafetensors(await readFile(goldenRuns[0]!));
    const name = 'grad.shared_tokens';
    const gradient = tensors.get(name)!;
    const changed = toFloat32(gradient).slice();
    changed[0]! += 1;
    const file = join(await newFolder('tampered'), 'tampered.safetensors');
    await writeFile(
      file,
      writeSafetensors(new Map([...tensors, [name, fromFloat32(changed, gradient.shape)]]), metadata),
    );
    const { code, out } = await duetHere(['verify', file]);
    expect(code).toBe(1);
    expect(out).toMatch(/^gradients .* TOO LARGE: grad\.shared_tokens$/m);
    expect(out).toMatch(/^outputs .* ok$/m);
  });
});

test.skipIf(goldenRuns.length === 0)('a file that cannot be used does not end the others', async () => {
  const { code, out, error } = await duet(['verify', 'absent.safetensors', goldenRuns[0]!, '--threads', '1']);
  expect(code).toBe(1);
  expect(out).toMatch(/^outputs .* ok$/m);
  expect(error).toMatch(/^duet: Cannot read absent\.safetensors: there is no such file/m);
});

test('a file that is no reference run is refused in a sentence', async () => {
  const backbone = fileURLToPath(new URL('../assets/vit_micro_patch16_224/model.safetensors', import.meta.url));
  expect(theOneSentence(await duetHere(['verify', backbone]))).toMatch(
    /is no reference run of MA-AVT: its metadata has no 'config'/,
  );
});
