// A small zip of two videos in folders, one stored and one deflated, made with the library that the page reads it with.
import { strToU8, zipSync } from 'fflate';

export function storedZip(): Uint8Array {
  return zipSync({
    'cat/a.mp4': [strToU8('not much of a video'), { level: 0 }],
    'dog/b.webm': [strToU8('the same again '.repeat(200)), { level: 6 }],
  });
}
