import { expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { plain } from './mini-ma-avt.test-data.ts';
import type { ClipFeatures } from './pairs.ts';
import { featureScales, standardised, unstandardiseHeads } from './standardise.ts';

const random = createRandom('standardise');
const width = 4;
const drawn = (length: number, middle: number, deviation: number) =>
  Float32Array.from({ length }, () => middle + deviation * random.normal());
const own = (modality: string) => ({
  label: 0,
  features: {
    [`${modality}.cls`]: drawn(width, 30, 5),
    [`${modality}.background`]: drawn(width, -2, 0.01),
    [`${modality}.patch_mean`]: drawn(1, 0, 1),
  },
});
const clips: ClipFeatures[] = Array.from({ length: 50 }, () => ({ visual: own('visual'), audio: own('audio') }));

test('standardised features have mean 0 and deviation 1 over the clips', () => {
  const scaled = standardised(clips, featureScales(clips));
  for (const part of ['cls', 'background'] as const)
    for (let feature = 0; feature < width; feature++) {
      const values = scaled.map(({ audio }) => audio.features[`audio.${part}`]![feature]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean).toBeCloseTo(0, 4);
      expect(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length).toBeCloseTo(1, 3);
    }
});

test.each(['both', 'audio'] as const)(
  'heads of %s give raw features the logits that they gave standardised ones',
  (modalities) => {
    const scales = featureScales(clips);
    const columns = modalities === 'both' ? 2 * width : width;
    const parameters = new Map([
      ['class_head.weight', drawn(2 * columns, 0, 1)],
      ['class_head.bias', drawn(2, 0, 1)],
    ]);
    const logits = ({ visual, audio }: ClipFeatures) => {
      const features = [
        ...(modalities === 'both' ? visual.features['visual.cls']! : []),
        ...audio.features['audio.cls']!,
      ];
      const weight = parameters.get('class_head.weight')!;
      return [0, 1].map((output) =>
        features.reduce(
          (sum, value, at) => sum + value * weight[output * columns + at]!,
          parameters.get('class_head.bias')![output]!,
        ),
      );
    };
    const before = standardised(clips, scales).map(logits);
    unstandardiseHeads(parameters, scales, { ...plain, modalities });
    for (const [index, clip] of clips.entries())
      for (const [output, value] of logits(clip).entries()) expect(value).toBeCloseTo(before[index]![output]!, 3);
  },
);
