// app/api/predict/route.ts of a Next.js project: POST a video as the body, get what happens in it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDuetError, openFilePredictor } from 'duet-av';

const most = 200 * 2 ** 20;
const predictor = openFilePredictor({ run: process.env.DUET_RUN ?? 'runs/first', system: 'ma-avt' });

export async function POST(request: Request): Promise<Response> {
  const video = Buffer.from(await request.arrayBuffer());
  if (video.length > most) return Response.json({ error: 'The video is larger than 200 MiB.' }, { status: 413 });
  const folder = await mkdtemp(join(tmpdir(), 'upload-'));
  const path = join(folder, 'video');
  try {
    await writeFile(path, video);
    return Response.json(await (await predictor).resultOf({ kind: 'video', path }, { signal: request.signal }));
  } catch (error) {
    if (isDuetError(error))
      return Response.json({ error: error.message.replaceAll(path, 'The video') }, { status: 422 });
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}
