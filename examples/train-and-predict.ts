// Trains on a folder with one sub-folder of videos per class, then says what happens in one more video.
// Usage: train-and-predict VIDEOS RUN CLIP
import { openFilePredictor, recipeNamed, train } from 'duet-av';

const [data, out, clip] = process.argv.slice(2);
if (!data || !out || !clip) throw new Error('usage: train-and-predict VIDEOS RUN CLIP');

const { settings } = await recipeNamed('duet');
const { best } = await train({
  data,
  out,
  training: { ...settings, epochs: 10, seed: 1 },
  onEvent(event) {
    if (event.kind === 'epoch')
      console.log(`epoch ${event.record.epoch}: loss ${event.record.losses.total?.toFixed(3)}`);
  },
});
console.log(`kept epoch ${best?.epoch}`);

const predictor = await openFilePredictor({ run: out, system: 'ma-avt' });
const { windows } = await predictor.resultOf({ kind: 'video', path: clip });
for (const { start, end, label, top } of windows)
  console.log(`${start.toFixed(1)} to ${end.toFixed(1)} s: ${label} (${top[0]?.probability.toFixed(2)})`);
await predictor.release();
