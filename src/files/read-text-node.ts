// Text files, read strictly: whatever is not text is refused with its line instead of being read as other letters.
import { createReadStream } from 'node:fs';
import { DuetError } from '../errors.ts';
import { readError } from './file-error.ts';

/**
 * A text file, some whole lines at a time: UTF-8, or UTF-16 if it begins with a byte order mark, which is left out.
 * Lines end with "\n", whichever line ends the file has, also where it mixes them. Any other encoding is a DuetError
 * that names the first line which shows it.
 */
export async function* textChunks(path: string): AsyncGenerator<string, void, undefined> {
  let lines = 0;
  let decode: ((bytes: Uint8Array, isLast: boolean) => string) | undefined;
  let carriageReturn = '';
  for await (const { bytes, isLast } of wholeLines(path)) {
    decode ??= decoderFor(bytes);
    let text: string;
    try {
      text = decode(bytes, isLast);
    } catch {
      if (bytes.includes(0)) throw noText(path);
      throw new DuetError(
        `${path} is not UTF-8 in line ${lines + firstBadLine(bytes)} (it may be Latin-1 or Windows-1252); save it as UTF-8.`,
      );
    }
    if (text.includes('\0')) throw noText(path);
    lines += bytes.reduce((count, byte) => count + (byte === lineFeed ? 1 : 0), 0);
    text = carriageReturn + text;
    carriageReturn = !isLast && text.endsWith('\r') ? '\r' : '';
    yield text.slice(0, text.length - carriageReturn.length).replace(/\r\n?/g, '\n');
  }
}

function noText(path: string): DuetError {
  return new DuetError(`${path} holds NUL characters, so it is no text in UTF-8; save it as UTF-8.`);
}

/** The whole of it. */
export async function readTextClearly(path: string): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of textChunks(path)) chunks.push(chunk);
  return chunks.join('');
}

const lineFeed = 0x0a;

/** The file's bytes, cut after line feeds only. */
async function* wholeLines(path: string): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  let rest: Uint8Array[] = [];
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(lineFeed) + 1;
      if (end > 0) yield { bytes: Buffer.concat([...rest, chunk.subarray(0, end)]), isLast: false };
      rest = end > 0 ? [chunk.subarray(end)] : [...rest, chunk];
    }
  } catch (error) {
    throw readError(path, error);
  }
  yield { bytes: Buffer.concat(rest), isLast: true };
}

function decoderFor(start: Uint8Array): (bytes: Uint8Array, isLast: boolean) => string {
  const [first, second] = start;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (!isUtf16) {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    let isFirst = true;
    return (bytes) => {
      const text = decoder.decode(bytes);
      const from = isFirst && text.startsWith('\uFEFF') ? 1 : 0;
      isFirst = false;
      return text.slice(from);
    };
  }
  // A line feed's byte may be half of a letter, so that these are decoded on.
  const decoder = new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be', { fatal: true });
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

/** The first of these lines, from 1, that is not UTF-8. */
function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(lineFeed, from);
    const to = end < 0 ? bytes.length : end;
    try {
      decoder.decode(bytes.subarray(from, to));
    } catch {
      return line;
    }
    from = to + 1;
  }
  return line;
}
