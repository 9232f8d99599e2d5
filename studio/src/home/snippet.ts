// The ten lines with which an exported model runs in any page.
import { frontEnds } from '../../../src/signal/front-ends.ts';
import { parseAdapterConfig } from '../../../src/weights/adapter-config.ts';

/** For the model with this adapter_config.json: its picture's size, and as many samples as it hears. */
export function pageSnippet(config: string): { readonly code: string; readonly sound: string } {
  const { image_size: imageSize, front_end: frontEnd } = parseAdapterConfig(JSON.parse(config), 'The adapter');
  const [height, width] = imageSize;
  const { sampleRate, seconds } = frontEnds[frontEnd as keyof typeof frontEnds];
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
