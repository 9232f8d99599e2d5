// Where an ffmpeg of the user's own is: on the PATH, or in an npm package that they have added beside Duet.
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { posix, win32 } from 'node:path';

type Machine = {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The environment's PATH. */
  readonly path: string | undefined;
};

/** The npm package of one program for a machine: GPL 3, so it is nobody's dependency; it needs no install script. */
export function ffmpegPackage({ platform, arch }: Pick<Machine, 'platform' | 'arch'> = process): string {
  return `@ffmpeg-installer/${platform}-${arch}`;
}

/** Every place on the PATH where the program may be, in order. */
export function ffmpegPlaces({ platform, path }: Pick<Machine, 'platform' | 'path'>): string[] {
  const { delimiter, join } = platform === 'win32' ? win32 : posix;
  // Windows takes a folder in quotation marks, which may then hold a semicolon.
  const folders = (path ?? '').match(
    platform === 'win32' ? /(?:"[^"]*"|[^;"])+/g : new RegExp(`[^${delimiter}]+`, 'g'),
  );
  return (folders ?? []).map((folder) => join(folder.replaceAll('"', ''), programName(platform)));
}

function programName(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
}

/** The path of an `ffmpeg`, or undefined. */
export function findFfmpeg({ PATH }: { readonly PATH?: string | undefined } = process.env): string | undefined {
  const { platform } = process;
  const onPath = ffmpegPlaces({ platform, path: PATH }).find(isProgram);
  if (onPath !== undefined) return onPath;
  try {
    const packaged = createRequire(import.meta.url).resolve(`${ffmpegPackage()}/${programName(platform)}`);
    return isProgram(packaged) ? packaged : undefined;
  } catch {
    return undefined;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
