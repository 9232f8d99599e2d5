// A timeline of what happens in a long video. Usage: predict-in-node RUN CLIP
import { openFilePredictor } from 'duet-av';

const [run, path] = process.argv.slice(2);
if (!run || !path) throw new Error('usage: predict-in-node RUN CLIP');

const predictor = await openFilePredictor({ run, system: 'ma-avt' });
try {
  const { events } = await predictor.resultOf({ kind: 'video', path }, { hop: 1, result: { threshold: 0.5 } });
  for (const { start, end, label, probability } of events)
    console.log(`${start.toFixed(1)} to ${end.toFixed(1)} s: ${label} (${probability.toFixed(2)})`);
} finally {
  await predictor.release();
}
