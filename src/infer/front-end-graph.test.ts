import { expect, test } from 'vitest';
import { encodeOnnx } from '../graph/encode-onnx.ts';
import { input } from '../graph/tensor.ts';
import { createRandom } from '../random.ts';
import { openNodeSession } from '../runtime/session-node.ts';
import { type FrontEndName, frontEnds } from '../signal/front-ends.ts';
import { frontEndGraph } from './front-end-graph.ts';

const random = createRandom('front-end-graph');
const sounds = {
  // A pure tone leaves almost all bins near zero, where single precision would show.
  tone: (time: number) => 0.5 * Math.sin(2 * Math.PI * 1000 * time),
  noise: () => random.normal() * 0.1,
  silence: () => 0,
};

test.each(
  (['vggsound', 'cremad', 'ave'] as FrontEndName[]).flatMap((name) =>
    (['tone', 'noise', 'silence'] as const).map((sound) => [name, sound] as const),
  ),
)('the %s graph of %s is what the front end computes, at two sizes', async (name, sound) => {
  const { sampleRate, seconds, prepare, spectrogram } = frontEnds[name];
  const samples = Float32Array.from({ length: Math.round(sampleRate * seconds) }, (_, i) =>
    sounds[sound](i / sampleRate),
  );
  for (const [height, width] of [
    [224, 224],
    [96, 160],
  ] as const) {
    const waveform = input('waveform', [1, samples.length]);
    const session = await openNodeSession(encodeOnnx({ map: frontEndGraph(waveform, name, [height, width]) }));
    const { map } = await session.run({ waveform: prepare({ samples, sampleRate }) });
    await session.release();
    const expected = spectrogram({ samples, sampleRate }, { height, width });
    const largest = Math.max(...expected.map((value, i) => Math.abs(value - map![i]!)));
    expect(largest).toBeLessThan(2e-5);
  }
});
