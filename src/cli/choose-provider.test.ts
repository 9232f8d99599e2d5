import { expect, test } from 'vitest';
import { fastest } from './choose-provider.ts';

const losses = [3, 2.5, 2];
const processor = { losses, milliseconds: 100 };

test('the fastest provider that trains as the CPU does is chosen, with what each took', () => {
  const slower = { provider: 'cuda', trial: { losses: [3, 2.5004, 2.01], milliseconds: 30 } } as const;
  const best = { provider: 'webgpu', trial: { losses: [3, 2.5, 2], milliseconds: 12.4 } } as const;
  expect(fastest(processor, [slower, best, { provider: 'dml', problem: 'no driver' }])).toEqual({
    provider: 'webgpu',
    name: 'webgpu',
    text: 'the CPU 100 ms a training step, cuda 30 ms a training step, webgpu 12 ms a training step, directml cannot be used (no driver)',
  });
});

test('a gain that is hardly one leaves the CPU in its place', () => {
  const trial = { losses, milliseconds: 85 };
  expect(fastest(processor, [{ provider: 'webgpu', trial }]).provider).toBe('cpu');
});

test.each([
  ['another loss', [3, 2.5, 2.2]],
  ['a loss that is no number', [3, Number.NaN, 2]],
  ['a loss that crossed over from another process as null', [3, null as unknown as number, 2]],
])('a provider with %s is not trusted, however fast', (_, wrong) => {
  const choice = fastest(processor, [{ provider: 'coreml', trial: { losses: wrong, milliseconds: 1 } }]);
  expect(choice).toMatchObject({ provider: 'cpu', name: 'the CPU' });
  expect(choice.text).toMatch(/^coreml cannot be used \(its loss of step [23] is .*, the CPU's/);
});
