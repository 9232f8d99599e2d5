// What the frozen backbone sees in pictures: its CLS after the final norm.
import { reshape, slice } from '../../graph/functions.ts';
import { openPredictor } from '../../infer/predictor.ts';
import type { Model } from '../../model/model.ts';
import { type VitConfig, vit } from '../../model/vit.ts';
import type { OpenSession } from '../../runtime/session.ts';
import { normalisePicture } from '../../signal/normalise-picture.ts';
import type { Picture } from '../../signal/picture.ts';
import { resize } from '../../signal/resize.ts';
import type { Backbone } from '../../weights/backbone.ts';

export type PictureFeatures = {
  /** [pictures, width]. @param pictures of any sizes. */
  run(pictures: readonly Picture[]): Promise<Float32Array>;
  release(): Promise<void>;
};

const mostPictures = 8;

/** Loads the backbone. Release it when done. */
export async function openPictureFeatures(backbone: Backbone, openSession: OpenSession): Promise<PictureFeatures> {
  const { inputSize, mean, std } = backbone.config;
  const [height, width] = inputSize;
  const model = featuresModel(backbone.config);
  const predictor = await openPredictor({ backbone, model, batchSize: mostPictures, openSession });
  return {
    async run(pictures) {
      const size = 3 * height * width;
      const images = new Float32Array(pictures.length * size);
      for (const [index, picture] of pictures.entries())
        images.set(normalisePicture(resize(picture, width, height, 'bicubic'), mean, std), index * size);
      return (await predictor.run(new Map(), { images }, pictures.length)).features!;
    },
    release: () => predictor.release(),
  };
}

/** Without parameters: it is asked and never trained. */
function featuresModel(config: VitConfig): Model {
  const encode: Model['encode'] = ({ images }, frozen) => {
    const { features } = vit(images!, frozen, config);
    return { features: reshape(slice(features, 1, 0, 1), [images!.shape[0]!, config.width]) };
  };
  return {
    ...{ parameters: new Map(), inputs: { images: [3, ...config.inputSize] }, targets: {}, encode },
    losses: () => ({ aims: {}, logged: {} }),
    answers: (inputs, frozen, trained) => encode(inputs, frozen, trained),
  };
}
