import { expect, test } from 'vitest';
import { ffmpegPackage, ffmpegPlaces } from './find-ffmpeg-node.ts';

test('the program is looked for in each folder of the PATH, as the system writes it', () => {
  expect(ffmpegPlaces({ platform: 'linux', path: '/usr/bin::/opt/my tools' })).toEqual([
    '/usr/bin/ffmpeg',
    '/opt/my tools/ffmpeg',
  ]);
  expect(ffmpegPlaces({ platform: 'win32', path: 'C:\\Windows;;"D:\\Media; Tools\\bin"' })).toEqual([
    'C:\\Windows\\ffmpeg.exe',
    'D:\\Media; Tools\\bin\\ffmpeg.exe',
  ]);
  expect(ffmpegPlaces({ platform: 'darwin', path: undefined })).toEqual([]);
});

test('the package of a machine has its platform and processor in its name', () => {
  expect(ffmpegPackage({ platform: 'win32', arch: 'x64' })).toBe('@ffmpeg-installer/win32-x64');
  expect(ffmpegPackage({ platform: 'darwin', arch: 'arm64' })).toBe('@ffmpeg-installer/darwin-arm64');
});
