// Whether a provider really computes: a graph of one addition, run and checked. In a process of its own, as a broken
// driver may print what it likes, hang, or take the process down.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { encodeOnnx } from '../graph/encode-onnx.ts';
import { add } from '../graph/functions.ts';
import { input } from '../graph/tensor.ts';

const patience = 60_000;

const script = `
const [library, graph, provider] = process.argv.slice(1);
const { InferenceSession, Tensor } = require(library);
const settings = { executionProviders: [provider], logSeverityLevel: 4 };
InferenceSession.create(Buffer.from(graph, 'base64'), settings)
  .then((session) => session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) }))
  .then(({ y }) => ({ sum: [...y.data] }), (error) => ({ problem: String(error.message) }))
  .then((answer) => process.stdout.write('ANSWER' + JSON.stringify(answer) + '\\n', () => process.exit(0)));
`;

/** Undefined if the provider computes, else what went wrong, in one line. */
export async function probeProvider(provider: string): Promise<string | undefined> {
  const library = createRequire(import.meta.url).resolve('onnxruntime-node');
  const graph = Buffer.from(encodeOnnx({ y: add(input('x', [2]), 1) }).bytes).toString('base64');
  const { output, end } = await collect(['-e', script, library, graph, provider]);
  const answer = /^ANSWER(.*)$/m.exec(output)?.[1];
  if (answer === undefined) return end;
  const { sum, problem } = JSON.parse(answer) as { sum?: number[]; problem?: string };
  if (problem !== undefined) return shortened(problem);
  return sum?.[0] === 2 && sum[1] === 3 ? undefined : `1 + 1 came out as ${sum?.[0]}`;
}

function collect(argv: readonly string[]): Promise<{ readonly output: string; readonly end: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'], timeout: patience });
    let output = '';
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
    });
    child.on('error', (error) => resolve({ output, end: error.message }));
    child.on('close', (code, signal) =>
      resolve({ output, end: signal === 'SIGTERM' ? 'gave no answer in a minute' : `crashed (${signal ?? code})` }),
    );
  });
}

/** ONNX Runtime puts source files and function types first; the reason comes last. */
function shortened(problem: string): string {
  const line = problem.split('\n')[0] ?? '';
  return /(?:Failed to|Unable to|Cannot|not available|not supported).*$/i.exec(line)?.[0].trim() ?? line.slice(-160);
}
