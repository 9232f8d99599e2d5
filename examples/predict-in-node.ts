// A timeline of what happens in a long video. Usage: predict-in-node RUN CLIP
import { openClassifier, timelineEvents } from 'duet-av';

const [run, path] = process.argv.slice(2);
if (!run || !path) throw new Error('usage: predict-in-node RUN CLIP');

const classifier = await openClassifier({ run });
const windows = [];
try {
  for await (const { start, end, best, probabilities, isBackground } of classifier.predict(
    { kind: 'video', path },
    { hop: 1 },
  )) {
    const label = isBackground ? undefined : classifier.adapter.classes[best];
    windows.push({ start, end, label, probability: probabilities[best] ?? 0 });
  }
} finally {
  await classifier.release();
}
for (const { start, end, label, probability } of timelineEvents(windows, 0.5)) {
  console.log(`${start.toFixed(1)} to ${end.toFixed(1)} s: ${label} (${probability.toFixed(2)})`);
}
