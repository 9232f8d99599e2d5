import { expect, test } from 'vitest';
import type { NetworkConfig } from './config.ts';
import { isShared, networkParameters } from './parameters.ts';
import { practicalNetwork } from './practical.ts';

const practical = practicalNetwork({
  ...{ visualWidth: 1536, audioWidth: 1536, textWidth: 1536, classes: 10, senses: ['seen', 'heard', 'both'] },
});
// ActivityNet, DESED and UnAV.
const { seen, heard, both } = practical.tasks;
const published: NetworkConfig = {
  ...{ ...practical, width: 512, headWidth: 512 },
  tasks: { seen: { ...seen!, classAware: false }, heard: heard!, both: { ...both!, classes: 100 } },
};

function millions(config: NetworkConfig, tasks?: readonly string[], isCounted = (_: string) => true): number {
  const sizes = [...networkParameters(config, tasks)].map(([name, { shape }]) =>
    isCounted(name) ? shape.reduce((product, length) => product * length, 1) : 0,
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e5) / 10;
}

test('the published network has as many parameters as its authors’', () => {
  expect(millions(published)).toBe(130.8);
  expect(millions(published, undefined, (name) => /ln2_|mlp_/.test(name))).toBe(100.8);
  expect(millions(published, ['seen'])).toBe(63.2);
});

test('weight decay acts on what has several axes, and a task’s own parameters are its expert and its offsets', () => {
  const parameters = networkParameters(published);
  expect(parameters.get('cls_head.logit_scale')!.decay).toBe(0);
  expect(parameters.get('backbone.self_att_V.0.mlp_SED.0.weight')!.decay).toBeUndefined();
  expect(isShared('backbone.self_att_V.0.ln2_SED.bias')).toBe(false);
  expect(isShared('reg_head.offset_head.heard.conv.bias')).toBe(false);
  expect(isShared('reg_head.head.0.conv.weight')).toBe(true);
});
