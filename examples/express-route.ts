// An Express program with one route: POST /predict with a video as the body. Usage: express-route RUN PORT
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isDuetError, openFilePredictor } from 'duet-av';
import express from 'express';

const [run = 'runs/first', port = '3000'] = process.argv.slice(2);
const predictor = await openFilePredictor({ run, system: 'ma-avt' });
const app = express();
app.post('/predict', async (request, response) => {
  const folder = await mkdtemp(join(tmpdir(), 'upload-'));
  const path = join(folder, 'video');
  try {
    await pipeline(request, createWriteStream(path));
    response.json(await predictor.resultOf({ kind: 'video', path }));
  } catch (error) {
    if (!isDuetError(error)) throw error;
    response.status(422).json({ error: error.message.replaceAll(path, 'The video') });
  } finally {
    await rm(folder, { recursive: true });
  }
});
const server = app.listen(Number(port), '127.0.0.1', () =>
  console.log(`listening on ${JSON.stringify(server.address())}`),
);
