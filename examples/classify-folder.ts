// What happens in each video of a folder. Usage: classify-folder RUN FOLDER
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openFilePredictor } from 'duet-av';

const [run = 'runs/first', folder = 'videos'] = process.argv.slice(2);
await using predictor = await openFilePredictor({ run, system: 'ma-avt', missing: 'zero' });
for (const name of (await readdir(folder)).sort()) {
  const { windows } = await predictor.resultOf({ kind: 'video', path: join(folder, name) });
  console.log(`${name}: ${windows.map(({ start, label }) => `${start.toFixed(0)} s ${label}`).join(', ')}`);
}
