import { expect, test } from 'vitest';
import { passedOverInOgg } from './ogg-streams.ts';

/** A page that begins a stream with one packet. */
function page(packet: string): Buffer {
  const header = Buffer.alloc(28);
  header.write('OggS');
  header[5] = 2;
  header[26] = 1;
  header[27] = packet.length;
  return Buffer.concat([header, Buffer.from(packet, 'latin1')]);
}

test('a picture or sound in a codec that is passed over is found among the streams that begin a file', () => {
  const [vorbis, opus] = [page('\x01vorbis and more'), page('OpusHead and more')];
  expect(passedOverInOgg(Buffer.concat([vorbis, page('\x80theora 1')]))).toEqual([{ kind: 'video', codec: 'Theora' }]);
  expect(passedOverInOgg(page('Speex   1.2'))).toEqual([{ kind: 'audio', codec: 'Speex' }]);
  expect(passedOverInOgg(Buffer.concat([page('fishead\0'), vorbis, opus]))).toEqual([]);
  expect(passedOverInOgg(Buffer.alloc(0))).toEqual([]);
});
