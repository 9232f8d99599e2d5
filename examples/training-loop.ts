// A training loop of one's own: a graph with its gradients, run by ONNX Runtime, and Adam. It learns the exclusive or.
import { nodeSessions } from 'duet-av';
import { constant, differentiate, input, linear, relu } from 'duet-av/graph';
import { createOptimiserState, crossEntropy, defaultOptimiser, optimiserStep } from 'duet-av/web';

const points = new Float32Array([0, 0, 0, 1, 1, 0, 1, 1]);
const targets = new Float32Array([1, 0, 0, 1, 0, 1, 1, 0]);

const shapes = { weight1: [8, 2], bias1: [8], weight2: [2, 8], bias2: [2] };
const inputs = Object.entries(shapes).map(([name, shape]) => input(name, shape));
const [weight1, bias1, weight2, bias2] = inputs;
const hidden = relu(linear(constant(points, [4, 2]), weight1!, bias1));
const loss = crossEntropy(linear(hidden, weight2!, bias2), constant(targets, [4, 2]));
const gradients = differentiate(loss, inputs);

const names = Object.keys(shapes);
const parameters = new Map(
  Object.entries(shapes).map(([name, shape]) => {
    const count = shape.reduce((product, length) => product * length, 1);
    return [name, Float32Array.from({ length: count }, (_, i) => Math.sin(3 * i + count))];
  }),
);
const outputs = { loss, ...Object.fromEntries(gradients.map((gradient, i) => [`d ${names[i]}`, gradient])) };
await using session = await nodeSessions({ threads: 1 })(outputs);
const state = createOptimiserState(parameters);
for (let step = 0; step <= 300; step++) {
  const results = await session.run(Object.fromEntries(parameters));
  if (step % 100 === 0) console.log(`step ${step}: loss ${results.loss![0]!.toFixed(4)}`);
  const slopes = new Map(names.map((name) => [name, results[`d ${name}`]!]));
  optimiserStep(parameters, slopes, state, 0.02, defaultOptimiser);
}
