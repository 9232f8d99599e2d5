// Trains on a folder with one sub-folder of videos per class, then says what happens in one more video.
// Usage: train-and-predict VIDEOS RUN CLIP
import { openClassifier, recipes, train } from 'duet-av';

const [data, out, clip] = process.argv.slice(2);
if (!data || !out || !clip) throw new Error('usage: train-and-predict VIDEOS RUN CLIP');

const { best } = await train({
  data,
  out,
  training: { ...recipes.duet, epochs: 10, seed: 1 },
  onEvent(event) {
    if (event.kind === 'epoch')
      console.log(`epoch ${event.record.epoch}: loss ${event.record.losses.total?.toFixed(3)}`);
  },
});
console.log(`kept epoch ${best?.epoch}`);

const classifier = await openClassifier({ run: out });
for await (const { start, end, best, probabilities, isBackground } of classifier.predict({
  kind: 'video',
  path: clip,
})) {
  const label = isBackground ? 'unrelated sound' : classifier.adapter.classes[best];
  console.log(`${start.toFixed(1)} to ${end.toFixed(1)} s: ${label} (${probabilities[best]?.toFixed(2)})`);
}
await classifier.release();
