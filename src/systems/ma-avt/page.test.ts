// What a page asks of the system beside training and prediction.
import { expect, test } from 'vitest';
import { fakeMedia } from '../../data/fake-media.test-data.ts';
import type { Window } from '../../data/intake.ts';
import type { Media } from '../../media/media.ts';
import { parseBackbone } from '../../weights/backbone.ts';
import { miniTimm } from '../../weights/mini-vit.test-data.ts';
import { recipes } from './recipes.ts';
import { openMaAvt } from './system.ts';

const backbone = parseBackbone({ name: 'mini', tensors: miniTimm() }, { heads: 2 });
const open = openMaAvt({ ...recipes.duet, missing: 'zero' }, { labels: ['a', 'b'], backbone });
const media = fakeMedia(16_000, open.windowSeconds!);

async function windowOf(of: Media): Promise<Window> {
  const windows: Window[] = [];
  for await (const window of open.intake.windows(of, {})) windows.push(window);
  expect(windows).toHaveLength(1);
  return windows[0]!;
}

test('a window without a modality is that of a clip that lacks it', async () => {
  const whole = await windowOf(media);
  expect(open.without!(whole, 'picture').inputs).toEqual((await windowOf({ ...media, video: undefined })).inputs);
  expect(open.without!(whole, 'sound').inputs).toEqual((await windowOf({ ...media, audio: undefined })).inputs);
});

test('the preview of a short clip is the frame and the spectrogram of its only window', async () => {
  const { frame, inputs } = await windowOf(media);
  const shown = open.preview!(await open.intake.read(media));
  expect(shown).toMatchObject([
    { kind: 'picture', caption: 'Frame' },
    { kind: 'spectrogram', values: inputs.spectrograms, seconds: open.windowSeconds },
  ]);
  const [picture] = shown;
  expect(picture?.kind === 'picture' && picture.picture.data[0]).toBe(frame?.data[0]);
});

test('kept features are named alike for any number of classes and another number of epochs, not for another model', () => {
  const keyWith = (changes: object, labels = ['a', 'b']) => {
    const [stage] = openMaAvt({ ...recipes.duet, ...changes }, { labels, backbone }).stages;
    return JSON.stringify(stage?.on === 'kept features' && stage.featuresKey);
  };
  expect(keyWith({ epochs: 3, batch: 16 }, ['a', 'b', 'c'])).toBe(keyWith({}));
  const tokens = { audio: 1, visual: 1, shared: 1 };
  for (const changes of [{ seed: 1 }, { model: { ...recipes.duet.model, tokens } }])
    expect(keyWith(changes)).not.toBe(keyWith({}));
});

test('an adapter that decides by what is no share is refused', () => {
  const decidedBy = (decision: Record<string, number>) => () =>
    openMaAvt(recipes.duet, { labels: ['a', 'b'], backbone, decision }).decision;
  expect(decidedBy({ backgroundThreshold: 0.25 })()).toEqual({ backgroundThreshold: 0.25 });
  expect(decidedBy({ backgroundThreshold: 7 })).toThrow(/What the adapter decides by .*'backgroundThreshold'/);
});
