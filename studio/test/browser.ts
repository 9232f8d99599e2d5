// A real browser with a camera and a microphone that play generated clips.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { DemoClip } from '../../src/demo/clip.ts';
import { toYuv420 } from '../../src/media/yuv.ts';

const candidates = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

/** Where Chromium is on this machine; undefined where there is none. */
export const browserPath = candidates.find((path) => path !== undefined && path !== '' && existsSync(path));

export type Device = { readonly video: string; readonly sound: string };

/** Clips one after another as files that Chromium's fake camera and microphone play again and again. */
export async function writeDevice(folder: string, name: string, clips: readonly DemoClip[]): Promise<Device> {
  const device = { video: join(folder, `${name}.y4m`), sound: join(folder, `${name}.wav`) };
  const { width, height } = clips[0]!.frames[0]!;
  const { framesPerSecond } = clips[0]!.annotation;
  const frames = clips.flatMap((clip) => clip.frames.flatMap((frame) => [Buffer.from('FRAME\n'), toYuv420(frame)]));
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`);
  await writeFile(device.video, Buffer.concat([head, ...frames]));
  const samples = clips.flatMap(({ sound }) => [...sound.samples]);
  await writeFile(device.sound, waveFile(samples, clips[0]!.sound.sampleRate));
  return device;
}

/** 16-bit PCM, one channel. */
function waveFile(samples: readonly number[], sampleRate: number): Buffer {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples.length * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  for (const [index, sample] of samples.entries())
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), 44 + index * 2);
  return bytes;
}

export type OpenOptions = {
  /** What the browser keeps between visits lies here. */
  readonly profile: string;
  /** Without one, there is neither camera nor microphone. */
  readonly device?: Device | undefined;
  /** The browser has a camera and a microphone and does not give them. */
  readonly refuses?: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly colour?: 'light' | 'dark';
};

/**
 * A visit with a profile; a problem in the page fails the test through `problems`, and `requests` are all addresses
 * that it asked for.
 */
export async function visit({
  profile,
  device,
  refuses = false,
  width = 1280,
  height = 900,
  colour = 'light',
}: OpenOptions): Promise<{
  readonly context: BrowserContext;
  readonly page: Page;
  readonly problems: string[];
  readonly requests: string[];
}> {
  const fake = device
    ? [
        '--use-fake-device-for-media-stream',
        ...(refuses ? [] : ['--use-fake-ui-for-media-stream']),
        `--use-file-for-fake-video-capture=${device.video}`,
        `--use-file-for-fake-audio-capture=${device.sound}`,
      ]
    : [];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath!,
    headless: true,
    viewport: { width, height },
    colorScheme: colour,
    acceptDownloads: true,
    // No name but this computer's leads anywhere: what the page needs, it has.
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', ...fake],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(240_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const requests: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  return { context, page, problems, requests };
}
