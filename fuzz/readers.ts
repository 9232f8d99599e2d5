// The readers of files that come from elsewhere, each with whole files to damage.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { readHdf5 } from '../src/data/layouts/hdf5-node.ts';
import { readManifest } from '../src/data/manifest-node.ts';
import { readSplitFile } from '../src/data/split-file-node.ts';
import { readSafetensors, writeSafetensors } from '../src/files/safetensors.ts';
import { fromFloat32, toFloat32 } from '../src/files/tensor-values.ts';
import { openMedia } from '../src/media/open-media-node.ts';
import { writeSoundFile } from '../src/media/sound-file-node.ts';
import { describeStill, readStill } from '../src/media/still-picture-node.ts';
import { readGrid } from '../src/run/experiment/grid-node.ts';
import { readRunConfig } from '../src/run/run-folder-node.ts';
import { openIndex } from '../src/search/open-index-node.ts';
import { recipeNamed, upgradeAdapter } from '../src/systems/registry.ts';
import { decodeCheckpoint, encodeCheckpoint, freshCheckpoint } from '../src/train/checkpoint.ts';
import { encodeAdapter } from '../src/weights/adapter-files.ts';
import { readAdapter } from '../src/weights/adapter-folder-node.ts';
import { parseBackbone } from '../src/weights/backbone.ts';
import { readBackboneFile } from '../src/weights/backbone-folder-node.ts';
import { readArchive } from '../studio/src/state/read-archive.ts';
import { requests, sendRequest } from './http-request.ts';
import { storedZip } from './stored-zip.ts';

export type Seed = { readonly name: string; readonly bytes: Uint8Array };

export type Reader = {
  readonly name: string;
  readonly kind: 'text' | 'binary';
  /** The whole files; those that the name of the file decides about keep theirs. */
  seeds(folder: string): Promise<readonly Seed[]>;
  /** Other files that the reader needs beside the damaged one. */
  beside?(folder: string): Promise<readonly Seed[]>;
  /** Reads the file at `path`, whose bytes are at hand; throws what the reader throws. */
  read(path: string, bytes: Uint8Array): Promise<unknown>;
  /** Of the inputs that the others get, for a reader that takes a process each. Default: 1. */
  readonly share?: number;
};

const text = (name: string, content: string | object): Seed => ({
  name,
  bytes: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content, null, 2)),
});

const { settings } = await recipeNamed('duet');
const values = new Map([
  ['head.weight', new Float32Array(12).fill(0.5)],
  ['head.bias', new Float32Array(3)],
]);
const tensors = new Map([...values].map(([name, data]) => [name, fromFloat32(data, [data.length])]));

const adapter = encodeAdapter(
  {
    config: {
      format_version: 2,
      system: 'ma-avt',
      base_model_name_or_path: 'vit_micro',
      base_model_hash: '0123456789abcdef',
      image_size: [224, 224],
      classes: ['cat', 'dog', 'owl'],
      settings: JSON.parse(JSON.stringify(settings)),
      decision: { background: 0.5 },
    },
    tensors: new Map([...values].map(([name, data]) => [name, { shape: [data.length], data }])),
  },
  'fuzz',
);
const adapterSeeds = [
  text('adapter_config.json', adapter.config),
  { name: 'adapter_model.safetensors', bytes: adapter.model },
];

const picture = sharp(Buffer.from(Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => i % 251)), {
  raw: { width: 64, height: 48, channels: 3 },
});

/** A second of a tone as WAV, of 32-bit numbers. */
async function wave(folder: string): Promise<Seed> {
  const path = join(folder, 'seed.wav');
  async function* tone() {
    yield [Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i / 9))];
  }
  await writeSoundFile(path, tone(), { sampleRate: 8000, channels: 1 }, 1);
  return { name: 'sound.wav', bytes: await readFile(path) };
}

async function hdf5(folder: string): Promise<Seed> {
  const { File, ready } = await import('h5wasm/node');
  await ready;
  const path = join(folder, 'seed.h5');
  const file = new File(path, 'w');
  file.create_dataset({ name: 'order', data: new Int32Array(64).map((_, i) => i), shape: [8, 8], dtype: '<i4' });
  file.close();
  return { name: 'order.h5', bytes: await readFile(path) };
}

export const readers: readonly Reader[] = [
  {
    name: 'safetensors',
    kind: 'binary',
    seeds: async () => [{ name: 'model.safetensors', bytes: writeSafetensors(tensors, { format: 'pt' }) }],
    read: async (path, bytes) => {
      for (const [name, tensor] of readSafetensors(bytes, path).tensors) toFloat32(tensor, name);
    },
  },
  {
    name: 'adapter',
    kind: 'text',
    seeds: async () => adapterSeeds,
    beside: async () => adapterSeeds,
    read: (path) => readAdapter(dirname(path), upgradeAdapter),
  },
  {
    name: 'checkpoint',
    kind: 'binary',
    seeds: async () => [{ name: 'checkpoint.safetensors', bytes: encodeCheckpoint(freshCheckpoint(new Map(values))) }],
    read: async (path, bytes) =>
      decodeCheckpoint(bytes, new Map([...values].map(([name, { length }]) => [name, length])), path),
  },
  {
    name: 'run configuration',
    kind: 'text',
    seeds: async () => [
      text('config.json', {
        ...{ version: 2, system: 'ma-avt', data: '/data', classes: ['cat', 'dog'], training: settings },
        backbone: { source: 'vit_micro', hash: '0123456789abcdef', imageSize: [224, 224] },
      }),
    ],
    read: (path) => readRunConfig(dirname(path)),
  },
  {
    name: 'experiment',
    kind: 'text',
    seeds: async () => [
      text('grid.json', {
        ...{ name: 'Grid', data: 'videos', seeds: [0, 1], baseline: 'a', options: { epochs: 1 } },
        variants: { a: {}, b: { recipe: 'probe' }, c: { recipe: 'events', options: { epochs: 2 } } },
      }),
    ],
    read: (path) => readGrid(path),
  },
  {
    name: 'manifest',
    kind: 'text',
    seeds: async () => [
      text(
        'clips.csv',
        'path,start,end,label,split\na.mp4,0,5,cat,train\n"b,c.mp4",1.5,6,"d""og",val\nd.mp4,2,3,owl,test\n',
      ),
      text('clips.tsv', 'image\taudio\tlabel\na.png\ta.wav\tcat\nb.png\tb.wav\tdog\n'),
      text('clips.jsonl', '{"path":"a.mp4","label":"cat"}\n{"path":"b.mp4","start":1,"end":2,"label":"dog"}\n'),
    ],
    read: (path) => readManifest(path),
  },
  {
    name: 'splits',
    kind: 'text',
    seeds: async () => [
      text('splits.json', { version: 1, seed: 3, splits: { train: ['a', 'b'], val: ['c'], test: [] } }),
    ],
    read: (path) => readSplitFile(path),
  },
  {
    name: 'index',
    kind: 'text',
    seeds: async () => indexSeeds,
    beside: async () => indexSeeds,
    read: (path) => openIndex(dirname(path)),
  },
  {
    name: 'backbone',
    kind: 'binary',
    seeds: async () => [{ name: 'model.safetensors', bytes: writeSafetensors(tinyVit(), { architecture: 'vit' }) }],
    read: async (path) => parseBackbone(await readBackboneFile(path, path), { heads: 2 }),
  },
  { name: 'WAV', kind: 'binary', seeds: async (folder) => [await wave(folder)], read: readSound },
  {
    name: 'HDF5',
    kind: 'binary',
    seeds: async (folder) => [await hdf5(folder)],
    read: (path) => readHdf5(path, 'order'),
    share: 0.03,
  },
  ...(['png', 'jpeg'] as const).map(
    (format): Reader => ({
      name: format === 'png' ? 'PNG' : 'JPEG',
      kind: 'binary',
      seeds: async () => [{ name: `picture.${format}`, bytes: await picture.clone()[format]().toBuffer() }],
      async read(path) {
        await describeStill(path);
        await readStill(path);
      },
    }),
  ),
  {
    name: 'zip',
    kind: 'binary',
    seeds: async () => [{ name: 'clips.zip', bytes: storedZip() }],
    read: (_, bytes) => readArchive(new Blob([bytes as Uint8Array<ArrayBuffer>]), { bytes: 1e6, files: 10 }),
  },
  {
    name: 'HTTP',
    kind: 'text',
    seeds: async () => requests.map((request, index) => text(`request-${index}.http`, request)),
    read: (path, bytes) => sendRequest(dirname(path), bytes),
  },
];

async function readSound(path: string): Promise<void> {
  const media = await openMedia(path);
  try {
    await media.readWaveform(0, Math.min(2, media.duration));
  } finally {
    await media.close();
  }
}

const indexSeeds = [
  text('index.json', {
    format: 1,
    models: { shares: 'x' },
    kinds: { shares: 2 },
    names: { shares: ['a', 'b'] },
    generation: 0,
  }),
  text(
    'files-0.jsonl',
    '{"kind":"file","path":"a.mp4","hash":"c","size":1,"modified":1,"firstRow":0,"windows":[[0,5],[2,7]]}\n',
  ),
  { name: 'shares-0.f16', bytes: new Uint8Array(8) },
];

/** A Vision Transformer of one block of width 4, by timm's names. */
function tinyVit() {
  const shapes: Record<string, number[]> = {
    cls_token: [1, 1, 4],
    pos_embed: [1, 5, 4],
    'patch_embed.proj.weight': [4, 3, 2, 2],
    'patch_embed.proj.bias': [4],
    'norm.weight': [4],
    'norm.bias': [4],
    ...Object.fromEntries(
      Object.entries({
        'norm1.weight': [4],
        'norm1.bias': [4],
        'attn.qkv.weight': [12, 4],
        'attn.qkv.bias': [12],
        'attn.proj.weight': [4, 4],
        'attn.proj.bias': [4],
        'norm2.weight': [4],
        'norm2.bias': [4],
        'mlp.fc1.weight': [8, 4],
        'mlp.fc1.bias': [8],
        'mlp.fc2.weight': [4, 8],
        'mlp.fc2.bias': [4],
      }).map(([name, shape]) => [`blocks.0.${name}`, shape]),
    ),
  };
  const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, fromFloat32(new Float32Array(size(shape)), shape)]),
  );
}

/** The real media that the media path is tried with; none where they are not beside the repository. */
export async function mediaSeeds(folder: string): Promise<readonly Seed[]> {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (name) => ({ name: basename(name), bytes: await readFile(join(folder, name)) })));
}
