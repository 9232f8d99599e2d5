// What the page shows of an adapter without loading it.
import * as z from 'zod';
import { frontEnds } from '../../../src/signal/front-ends.ts';
import { systemNamed, upgradeAdapter } from '../../../src/systems/registry.ts';
import type { AdapterConfig } from '../../../src/weights/adapter-config.ts';
import { decodeAdapter } from '../../../src/weights/adapter-files.ts';
import type { StoredAdapter } from '../storage/database.ts';

export type ModelFacts = {
  /** The backbone that it was trained on. */
  readonly backbone: string;
  /** The maps that it may lay over picture and sound, the usual one first. */
  readonly maps: readonly string[];
  /** The ten lines with which its ONNX file runs in any page, and what `sound` is there. */
  readonly snippet: { readonly code: string; readonly sound: string } | undefined;
};

/** @throws DuetError when the files are damaged, or of a system that this page does not know. */
export async function modelFacts({ config: text, model }: StoredAdapter): Promise<ModelFacts> {
  const names = { name: 'The adapter', modelName: 'adapter_model.safetensors' };
  const { config } = await decodeAdapter(JSON.parse(text), model, { ...names, upgrade: upgradeAdapter });
  const { maps = [] } = await systemNamed(config.system);
  return { backbone: config.base_model_name_or_path, maps, snippet: pageSnippet(config) };
}

const hearing = z.object({ frontEnd: z.enum(Object.keys(frontEnds) as (keyof typeof frontEnds)[]) });

/** Undefined where the model's settings do not say how it hears. */
function pageSnippet({ image_size: [height, width], settings }: AdapterConfig): ModelFacts['snippet'] {
  const heard = hearing.safeParse(settings).data;
  if (!heard) return undefined;
  const { sampleRate, seconds } = frontEnds[heard.frontEnd];
  return {
    sound: `${seconds} seconds of mono at ${sampleRate / 1000} kHz`,
    code: `import * as ort from 'onnxruntime-web';

const session = await ort.InferenceSession.create('my-model.onnx');
const canvas = new OffscreenCanvas(${width}, ${height}).getContext('2d');
canvas.drawImage(video, 0, 0, ${width}, ${height});
const pixels = canvas.getImageData(0, 0, ${width}, ${height}).data.filter((_, index) => index % 4 < 3);
const { probabilities } = await session.run({
  pixels: new ort.Tensor('uint8', Uint8Array.from(pixels), [1, ${height}, ${width}, 3]),
  waveform: new ort.Tensor('float32', sound, [1, ${Math.round(sampleRate * seconds)}]),
});`,
  };
}
