import { describe, expect, test } from 'vitest';
import { differentiate } from '../../graph/differentiate.ts';
import { mean, negate } from '../../graph/functions.ts';
import { interpret } from '../../graph/interpret.ts';
import { elementCount, input, type Shape, type Tensor } from '../../graph/tensor.ts';
import { createRandom } from '../../random.ts';
import { miniFilterbank } from './filterbank-config.test-data.ts';
import { type FilterbankConfig, filterbankConfigSchema } from './filterbank-config.ts';
import { filterbankModel } from './filterbank-model.ts';
import { expectAgreement, type GoldenRun, isGoldenAbsent, readGolden, relativeError } from './golden.test-data.ts';
import { siSdr } from './losses.ts';

describe.skipIf(isGoldenAbsent)('the filterbank form is that of the reference run', () => {
  // The body runs where the tests are skipped, too.
  const read = () => readGolden('avsepchain-mini.safetensors');

  test('in its parameters, outputs, losses, gradients and five steps of Adam', () => {
    const golden = read();
    return expectAgreement(goldenModel(golden), golden);
  });

  test('in the scale-invariant ratio and its gradient', () => {
    const golden = read();
    const shape = golden.shape('input.mixture');
    const [mixture, target, production] = ['mixture', 'target', 'production'].map((name) =>
      input(name, shape, 'float64'),
    );
    const ofMixture = siSdr(mixture!, target!);
    const results = interpret(
      [siSdr(production!, target!), ofMixture, ...differentiate(negate(mean(ofMixture)), [mixture!])],
      new Map([
        [mixture!, golden.values('input.mixture')],
        [target!, golden.values('input.target')],
        [production!, golden.values('output.production')],
      ]),
    );
    for (const [index, name] of ['output.siSdr', 'output.siSdrMixture', 'grad.siSdr.mixture'].entries())
      expect(relativeError(results[index]!, golden.values(name))).toBeLessThan(1e-10);
  });
});

describe('options of the filterbank form', () => {
  const size = { samples: 24, frames: 6 };
  const gradientsOf = (options: Partial<FilterbankConfig>, names: readonly string[]) => {
    const model = filterbankModel({ ...miniFilterbank, ...options }, size);
    const { normal } = createRandom('filterbank options');
    const feeds = new Map<Tensor, Float64Array>();
    const fed = (name: string, shape: Shape) => {
      const tensor = input(name, shape, 'float64');
      feeds.set(tensor, Float64Array.from({ length: elementCount(shape) }, normal));
      return tensor;
    };
    const shapes = { ...model.inputs, ...model.targets };
    const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, fed(name, [2, ...shape])]));
    const parameters = new Map([...model.parameters].map(([name, { shape }]) => [name, fed(name, shape)]));
    const trained = (name: string) => parameters.get(name)!;
    const { aims } = model.losses(model.encode(inputs, trained, trained), inputs, trained);
    const results = interpret([aims.total!, ...differentiate(aims.total!, names.map(trained))], feeds);
    return results.map((values) => values.reduce((total, value) => total + Math.abs(value), 0));
  };
  const ofPerception = ['perception.head.out.weight', 'perception.visual.project.weight'];

  test('a detached perception learns from its own loss alone', () => {
    const alone = { perceptionWeight: 0, matchWeight: 0 };
    expect(gradientsOf({ ...alone, detachPerception: true }, ofPerception).slice(1)).toEqual([0, 0]);
    for (const sum of gradientsOf(alone, ofPerception).slice(1)) expect(sum).toBeGreaterThan(0);
  });

  test.each([
    { productionInput: 'perception+mixture' },
    { productionOrder: 'intra-inter' },
    { query: 'dominant' },
    { matchLevel: 'frame' },
    { perceptionBlocks: 2, productionBlocks: 2 },
  ] as const)('every one of %o reaches the loss and every parameter', (options) => {
    const names = [...filterbankModel({ ...miniFilterbank, ...options }, size).parameters.keys()];
    const [loss, ...sums] = gradientsOf(options, names);
    const [usual] = gradientsOf({}, []);
    expect(loss).not.toBeCloseTo(usual!, 6);
    expect(names.filter((_, index) => !(sums[index]! > 0))).toEqual([]);
  });
});

function goldenModel({ metadata }: GoldenRun) {
  const config = filterbankConfigSchema.parse(JSON.parse(metadata.config!));
  return filterbankModel(config, JSON.parse(metadata.shapes!));
}
