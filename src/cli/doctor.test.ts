import { expect, test } from 'vitest';
import { doctorText, tuneText } from './doctor.ts';
import { nodeCheck, runChecks } from './doctor-checks.ts';
import { probeProvider } from './provider-probe.ts';

test('an old Node is broken and says what to install', () => {
  expect(nodeCheck('20.9.0').state).toBe('ok');
  expect(nodeCheck('24.1.0').state).toBe('ok');
  expect(nodeCheck('20.8.1')).toMatchObject({ state: 'broken', fix: expect.stringContaining('20.9') });
  expect(nodeCheck('18.20.0').state).toBe('broken');
});

test('this machine, which runs the tests, can compute and read videos', async () => {
  const checks = await runChecks({ PATH: '' });
  const stateOf = (name: string) => checks.find((check) => check.name.trim() === name)?.state;
  expect(stateOf('cpu')).toBe('ok');
  expect(stateOf('pictures')).toBe('ok');
  expect(stateOf('embedded backbone')).toBe('ok');
  expect(stateOf('ffmpeg')).toBe('note');
  for (const check of checks) {
    expect(check.found).not.toMatch(/undefined|\n/);
    if (check.state === 'broken') expect(check.fix).toBeTruthy();
  }
}, 60_000);

test('a provider that does not exist is no crash but a reason', async () => {
  expect(await probeProvider('abacus')).toMatch(/\S/);
});

test('what is broken is shown with its fix, and the verdict says so', () => {
  const text = doctorText({
    healthy: false,
    checks: [{ name: 'Node', state: 'broken', found: '18.0.0', fix: 'install Node 20.9' }],
  });
  expect(text).toBe('✗ Node  18.0.0\n        → install Node 20.9\n\nNot ready: fix what is marked ✗.\n');
});

test('tuning says whether 8 bits pay here', () => {
  const text = (eightBits: number) => tuneText({ best: { threads: 2 }, trials: [], eightBits }, 'tuned.json');
  expect(text(0.5)).toContain("In 8 bits a training step takes 0.50 of float32's time here: --precision int8 pays.");
  expect(text(0.95)).toContain("0.95 of float32's time here: --precision int8 does not pay.");
});
