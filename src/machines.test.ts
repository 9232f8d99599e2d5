// That nothing needs Linux: what can be checked of other machines on this one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(fileURLToPath(import.meta.url), '../..');
const machines = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'];

test('ONNX Runtime and sharp have builds for every machine', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: object };
  const runtime = join(root, 'node_modules/onnxruntime-node/bin/napi-v6');
  for (const machine of machines) {
    expect(packages).toHaveProperty([`node_modules/@img/sharp-${machine}`]);
    expect(existsSync(join(runtime, machine.replace('-', '/'), 'onnxruntime_binding.node')), machine).toBe(true);
  }
});

test('no source starts a shell, or names a place that only one system has', () => {
  const files = ['src', 'studio/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(root, folder, path)),
  );
  const sources = files.filter((path) => /\.tsx?$/.test(path) && !/\.test(-data)?\.tsx?$/.test(path));
  // /proc is asked only for how much memory a process holds, and may be absent; see the comments there.
  const assumed = /shell: true|\bexec(Sync)?\(['"`]|['"`]\/(tmp|bin|usr|etc|home)\//;
  const examples = /^\s*(\*|\/\/)|\['duet /;
  const found = sources.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => assumed.test(line) && !examples.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
