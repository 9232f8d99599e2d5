// The ten lines with which an exported model runs in any page; the tests run them.

export const pageSnippet = `import * as ort from 'onnxruntime-web';

const session = await ort.InferenceSession.create('my-model.onnx');
const canvas = new OffscreenCanvas(224, 224).getContext('2d');
canvas.drawImage(video, 0, 0, 224, 224);
const pixels = canvas.getImageData(0, 0, 224, 224).data.filter((_, index) => index % 4 < 3);
const { probabilities } = await session.run({
  pixels: new ort.Tensor('uint8', Uint8Array.from(pixels), [1, 224, 224, 3]),
  waveform: new ort.Tensor('float32', sound, [1, 80000]),
});`;
