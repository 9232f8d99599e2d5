import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { textTable } from '../report/text-table.ts';
import type { RunConfig } from '../run/run-folder-node.ts';
import type { ClipResult } from '../systems/ma-avt/answer.ts';
import { recipes } from '../systems/ma-avt/recipes.ts';
import { clipSummary } from '../systems/ma-avt/shown.ts';
import type { AdapterConfig } from '../weights/adapter-config.ts';
import { inspect } from './inspect-targets.ts';
import { inspectionText } from './inspect-text.ts';
import { predictionText } from './predict.ts';
import { verifyText } from './verify.ts';

test('table columns line up, wide characters included', () => {
  const lines = textTable(
    ['class', 'clips'],
    [
      ['dog', '3'],
      ['犬', '12'],
    ],
  ).split('\n');
  expect(lines).toEqual(['class  clips', 'dog        3', '犬        12', '']);
});

test('a short clip shows its classes, a long one its events, an unreadable one nothing', () => {
  const textOf = (path: string, result: ClipResult) => predictionText({ path, result, ...clipSummary(result) });
  const window = {
    start: 0,
    end: 5,
    label: 'dog',
    top: [{ label: 'dog', probability: 0.9 }],
    backgroundProbability: 0.02,
  };
  expect(textOf('a.mp4', { windows: [window], events: [] })).toBe(
    'a.mp4: dog\n  dog                90.0 %\n  (unrelated sound)   2.0 %\n',
  );
  const events = [{ start: 2.5, end: 65, label: 'dog', probability: 0.9 }];
  expect(textOf('b.mp4', { windows: [window, window], events })).toBe('b.mp4: 1 event\n  0:02.5–1:05.0  90 %  dog\n');
  expect(textOf('c.mp4', { windows: [window, window], events: [] })).toContain('nothing above the threshold');
  expect(predictionText({ path: 'd.mp4', error: 'It has no sound.' })).toBe('');
});

test('a comparison that fails names the tensor that is worst', () => {
  const group = { name: 'gradients', worst: 'grad.ViT.bg', tolerance: 1e-4, compared: 3 } as const;
  const text = verifyText({
    ...{ file: 'a.safetensors', system: 'ma-avt' },
    groups: [{ ...group, error: Number.NaN, passed: false }],
    passed: false,
  });
  expect(text).toMatch(/gradients +NaN +1e-4 +3 +TOO LARGE: grad\.ViT\.bg/);
  expect(
    verifyText({
      ...{ file: 'a', system: 'ma-avt' },
      groups: [{ ...group, error: 1e-5, passed: true }],
      passed: true,
    }),
  ).not.toContain('TOO LARGE');
});

test('the embedded backbone is described by its own numbers, its classifier of 1000 classes included', async () => {
  const inspection = await inspect('vit-micro', 'vggsound');
  expect(inspection).toMatchObject({ kind: 'backbone', config: { depth: 6, width: 192 }, parameters: 3048232 });
  expect(await inspectionText(inspection)).toContain('6 blocks, 192 channels, 3 heads');
});

const rotated = fileURLToPath(new URL('../../../shared/data/formats/rotated-90.mov', import.meta.url));
test.skipIf(!existsSync(rotated))('a rotated video says so, and what a model would see of it', async () => {
  const text = await inspectionText(await inspect(rotated, 'vggsound'));
  expect(text).toMatch(/320 × 568, turned 90° clockwise/);
  expect(text).toMatch(/evaluation +0\.00–0\.10 s, frame at 0\.050 s/);
  expect(text).toMatch(/without sound it is refused/);
});

describe('the settings of a run', () => {
  const adapter: AdapterConfig = {
    ...{ format_version: 2, system: 'ma-avt', base_model_name_or_path: 'vit-micro', base_model_hash: '0' },
    ...{ image_size: [224, 224], classes: ['cat', 'dog'], decision: {} },
    settings: recipes.duet as unknown as AdapterConfig['settings'],
  };
  const found = { kind: 'run', path: 'run', adapter, parameters: 1 } as const;
  const note = 'its format does not say how it was trained';

  test('are what the run says, under the names of the flags, each once', async () => {
    const training = { ...recipes.duet, epochs: 3, seed: 7 };
    const backbone: RunConfig['backbone'] = { source: 'vit-micro', hash: '0', imageSize: [224, 224] };
    const run: RunConfig = { version: 2, system: 'ma-avt', data: '/videos', backbone, classes: [], training };
    const text = await inspectionText({ ...found, adapterFormat: 1, tensors: [], epochs: 1, run });
    expect(text).toMatch(/ epochs +3\n/);
    expect(text.match(/ recipe +/g)).toHaveLength(1);
    expect(text).toMatch(/ seed +7\n/);
    expect(text).toMatch(/ audioTokens +5\n/);
    expect(text).toMatch(/ trained +1 of 3 epochs\n/);
    expect(text).not.toContain(note);
  });

  test('are said to be the recipe’s where an adapter of the older format lies alone', async () => {
    expect(await inspectionText({ ...found, adapterFormat: 1, tensors: [] })).toContain(note);
    expect(await inspectionText({ ...found, adapterFormat: 2, tensors: [] })).not.toContain(note);
  });
});

test('a mistyped video is not taken for a backbone', async () => {
  await expect(inspect('no-such.mp4', 'vggsound')).rejects.toThrow(/There is no file no-such\.mp4/);
});

test('a hub that accepts and never answers is left when the work is stopped', async () => {
  const stopped = new AbortController();
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    stopped.abort();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as { port: number }).port}`);
  vi.stubEnv('HF_HUB_OFFLINE', undefined);
  try {
    await expect(inspect('nobody/nothing', 'vggsound', stopped.signal)).rejects.toThrow(/abort/i);
  } finally {
    vi.unstubAllEnvs();
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  }
});
