// transformers.js as a measured process: a ViT's features of pictures.
import { basename, dirname } from 'node:path';
import { imageSize, readTensors } from '../models.ts';
import { serve } from '../protocol.ts';
import { loadPackage } from './load-package.ts';

type Output = { readonly last_hidden_state: { readonly data: Float32Array; readonly dims: readonly number[] } };
type Transformers = {
  readonly env: { version: string; allowRemoteModels: boolean; localModelPath: string };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => unknown;
  readonly AutoModel: { from_pretrained(name: string, options: object): Promise<(inputs: object) => Promise<Output>> };
};

await serve(async (job, threads) => {
  if (job.kind !== 'features') throw new Error('transformers.js has no MA-AVT');
  const { env, AutoModel, Tensor } = await loadPackage<Transformers>('@huggingface/transformers');
  env.allowRemoteModels = false;
  // The file lies in MODEL/onnx/, as the library wants it.
  const model = dirname(dirname(job.onnx));
  env.localModelPath = `${dirname(model)}/`;
  const options = {
    dtype: 'fp32',
    device: 'cpu',
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
  };
  const extract = await AutoModel.from_pretrained(basename(model), options);
  const pixels = readTensors(job.files.inputs)
    .get('images')!
    .subarray(0, job.clips * 3 * imageSize ** 2);
  const pixel_values = new Tensor('float32', pixels, [job.clips, 3, imageSize, imageSize]);
  const run = async () => {
    const { data, dims } = (await extract({ pixel_values })).last_hidden_state;
    return { cls: [...data.slice(0, dims.at(-1))] };
  };
  return { run, version: `transformers.js ${env.version}` };
});
