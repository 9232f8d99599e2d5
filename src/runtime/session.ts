// Running encoded graphs on ONNX Runtime: the same code for onnxruntime-node and onnxruntime-web.
import type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-common';
import { DuetError, messageOf } from '../errors.ts';
import { type EncodedGraph, encodeOnnx } from '../graph/encode-onnx.ts';
import { elementCount, type Tensor, type TensorData } from '../graph/tensor.ts';
import { type Owned, owned } from '../owned.ts';
import { largestExactWeight } from './integer-products.ts';
import { joinedProducts } from './joined-products.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import type { Precision } from './precision.ts';
import { type Provider, providerName } from './provider.ts';
import { quantised } from './quantise.ts';
import { splitsAsSlices } from './splits-as-slices.ts';
import { typedRuntime } from './typed-runtime.ts';

export type { NodeProvider, Provider } from './provider.ts';

/** On what a session computes, and in which precision. */
export type SessionOptions = {
  readonly provider?: Provider | undefined;
  /** Threads inside an operator; default: one for each core. */
  readonly threads?: number | undefined;
  /** In what the products with frozen weights are computed; int8 is for the CPU only. Default: float32. */
  readonly precision?: Precision;
  /** See OpenSession; for CPUs only. Default: what suits most of them. */
  readonly activationBytes?: number | undefined;
};

/**
 * A result that stayed where it was computed. Any session of the same provider takes it as a feed. Release it when
 * done.
 */
export type KeptTensor = { readonly length: number; release(): void };

/** What an input is fed: an array, row by row, or what an earlier run kept. */
export type Feed = TensorData | KeptTensor;
export type Feeds = Readonly<Record<string, Feed>>;

/** A graph loaded on a device. Release it when done: its memory is not the garbage collector's. */
export type Session = Owned<{
  readonly provider: Provider;
  /** What has to be fed. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /**
   * Runs the graph once.
   * @param feeds one for each input of the graph.
   * @throws when an input is missing, unknown or of the wrong length.
   */
  run(feeds: Feeds): Promise<Record<string, Float32Array>>;
  /** The same, for a session that keeps some of its results. */
  runKeeping(
    feeds: Feeds,
  ): Promise<{ readonly results: Record<string, Float32Array>; readonly kept: Record<string, KeptTensor> }>;
  /** Frees the graph and its weights; it cannot run after that. */
  release(): Promise<void>;
}>;

/** Frees what stayed on a device; arrays are left to the garbage collector. */
export function releaseKept(feeds: Iterable<Feed>): void {
  for (const feed of feeds) if ('release' in feed) feed.release();
}

export type GraphOptions = {
  /** Outputs that are to stay on the device; `runKeeping` hands them out. Default: none. */
  readonly kept?: readonly string[];
  /** Whether constants that lie in files are laid out again for products: faster, for a copy of them. Default: false. */
  readonly packsWeights?: boolean;
};

/**
 * How graphs, given by their named outputs, are loaded here: on which runtime, provider and threads, and in which
 * precision.
 */
export type OpenSession = {
  (outputs: Readonly<Record<string, Tensor>>, graphOptions?: GraphOptions): Promise<Session>;
  /**
   * Whether there is a device with a memory of its own that results can stay in; elsewhere keeping them gains nothing.
   */
  readonly keepsTensors: boolean;
  /** About how large a layer's widest activation is to be, by how many clips are computed together. */
  readonly activationBytes: number;
};

/** Fits the caches: measured on ViT-Micro, Tiny and B; `duet doctor --tune` tries others. */
const processorActivationBytes = 5e6;
/** Work for a whole GPU, with buffers well below the 128 MiB that WebGPU promises. */
const deviceActivationBytes = 50e6;

/** Loads every graph with the same options. Constants that lie in files stay there. */
export function sessionOpener(runtime: OnnxRuntime, options: SessionOptions = {}): OpenSession {
  const { provider = 'cpu', precision = 'float32' } = options;
  const open = async (outputs: Readonly<Record<string, Tensor>>, graphOptions?: GraphOptions) => {
    if (precision === 'int8' && !isProcessor(provider))
      throw new DuetError(
        `The provider "${provider}" does not compute in 8 bits; leave out --precision, or --provider.`,
      );
    const graph =
      precision === 'int8' ? quantised(outputs, await largestExactWeight(runtime)) : joinedProducts(outputs);
    const suited = splitsAsSlices(graph, provider === 'webgpu' ? undefined : 1);
    return openSession(runtime, encodeOnnx(suited, { linkStored: true }), options, graphOptions);
  };
  const activationBytes = isProcessor(provider)
    ? (options.activationBytes ?? processorActivationBytes)
    : deviceActivationBytes;
  return Object.assign(open, { keepsTensors: keepsTensors(provider), activationBytes });
}

function isProcessor(provider: Provider): boolean {
  return provider === 'cpu' || provider === 'wasm';
}

/** ONNX Runtime's packages for JavaScript hand out the buffers of no other device. */
function keepsTensors(provider: Provider): boolean {
  return provider === 'webgpu';
}

/** Loads a graph. @throws DuetError when a provider other than the CPU is absent or refuses the graph. */
export async function openSession(
  runtime: OnnxRuntime,
  graph: EncodedGraph,
  options: SessionOptions = {},
  { kept = [], packsWeights = false }: GraphOptions = {},
): Promise<Session> {
  const { provider = 'cpu', threads } = options;
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Planned blocks come on top of the arena that the first run has grown: almost twice the memory, and no faster.
    enableMemPattern: false,
    ...(graph.folder !== undefined && mappedFrom(graph.folder, packsWeights || options.precision === 'int8')),
    ...(threads !== undefined && { intraOpNumThreads: threads, interOpNumThreads: 1 }),
    ...(kept.length > 0 &&
      keepsTensors(provider) && {
        preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer'] as const)),
      }),
  };
  const ort = typedRuntime(runtime);
  const session = await ort.InferenceSession.create(graph.bytes, settings).catch((error: unknown) => {
    throw isProcessor(provider) ? error : providerError(provider, error);
  });
  let released = false;
  const runKeeping: Session['runKeeping'] = async (feeds) => {
    if (released) throw new Error('session: run after release');
    for (const name of Object.keys(feeds))
      if (!graph.inputs.has(name)) throw new Error(`session: the graph has no input ${name}`);
    const tensors = [...graph.inputs].map(([name, { shape, elementType }]) => {
      const feed = feeds[name];
      if (!feed || feed.length !== elementCount(shape))
        throw new Error(
          `session: input ${name} needs shape [${shape}], got ${feed ? `${feed.length} elements` : 'nothing'}`,
        );
      return [name, keptTensors.get(feed) ?? new ort.Tensor(elementType, feed as Float32Array, shape)] as const;
    });
    const values = await session.run(Object.fromEntries(tensors));
    const fetched = Object.entries(values).filter(([name]) => !kept.includes(name));
    return {
      results: Object.fromEntries(fetched.map(([name, { data }]) => [name, data as Float32Array])),
      kept: Object.fromEntries(kept.map((name) => [name, keep(values[name]!)])),
    };
  };
  const release = async () => {
    if (released) return;
    released = true;
    await session.release();
  };
  const run: Session['run'] = async (feeds) => (await runKeeping(feeds)).results;
  return owned({ provider, inputs: graph.inputs, run, runKeeping, release }, release);
}

/** The runtime's own tensors, which only this file knows. */
const keptTensors = new WeakMap<object, RuntimeTensor>();

function keep(tensor: RuntimeTensor): KeptTensor {
  const kept = { length: elementCount(tensor.dims), release: () => tensor.dispose() };
  keptTensors.set(kept, tensor);
  return kept;
}

/**
 * Constants are mapped from their file and used there, by all sessions, unless they are packed, which makes a copy for
 * each. In 8 bits the weights are the session's own anyway.
 */
function mappedFrom(folder: string, packsWeights: boolean): InferenceSession.SessionOptions {
  return {
    extra: {
      session: { model_external_initializers_file_folder_path: folder, disable_prepacking: packsWeights ? '0' : '1' },
    },
  };
}

function providerError(provider: Provider, error: unknown): DuetError {
  // ONNX Runtime puts source files and function types before the reason.
  const line = messageOf(error).split('\n')[0]!.trim();
  const reason = /(?:Failed to|Unable to|Cannot|\[\w+\] backend not found).*$/i.exec(line)?.[0] ?? line.slice(-160);
  return new DuetError(
    `The provider "${providerName(provider)}" cannot be used here (${reason.replace(/\.$/, '')}); see "duet doctor" for what it needs, or leave out --provider to compute on the CPU.`,
    { cause: error },
  );
}
