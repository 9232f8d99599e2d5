// The first window of a clip through a file that `duet export` wrote, on plain ONNX Runtime. Usage: run-exported-onnx
// MODEL.onnx CLIP
import { readFile } from 'node:fs/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { openMedia } from 'duet-av';
import { type FrontEndName, frontEnds, resize } from 'duet-av/web';
import { ModelProtoSchema } from 'onnx-buf';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, clip] = process.argv.slice(2);
if (!model || !clip) throw new Error('usage: run-exported-onnx MODEL.onnx CLIP');

const bytes = await readFile(model);
const about = Object.fromEntries(
  fromBinary(ModelProtoSchema, bytes).metadataProps.map(({ key, value }) => [key, value]),
);
const classes: string[] = JSON.parse(about.classes ?? '[]');
const [height, width]: [number, number] = JSON.parse(about.image_size ?? '[224,224]');

const media = await openMedia(clip);
const seconds = Math.min(Number(about.window_seconds), media.duration);
const [frame] = await media.readFrames([seconds / 2]);
// A little more than the window, where there is more: resampling looks past its end.
const sound = await media.readWaveform(0, Math.min(seconds + 0.1, media.duration));
const samples = frontEnds[about.front_end as FrontEndName].prepare(sound);
const pixels = resize(frame!, width, height, 'bicubic').data;
await media.close();
const session = await InferenceSession.create(bytes);
const result = await session.run({
  pixels: new Tensor('uint8', pixels, [1, height, width, 3]),
  waveform: new Tensor('float32', samples, [1, samples.length]),
});
for (const [index, name] of classes.entries())
  console.log(`${name}: ${Number(result.probabilities?.data[index]).toFixed(4)}`);
console.log(`unrelated sound: ${Number(result.background_probability?.data[0]).toFixed(4)}`);
