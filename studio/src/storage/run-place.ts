// A run's files in the page's database.
import type { Place } from '../../../src/run/place.ts';
import { database } from './database.ts';

export const runPlace: Place = {
  name: 'The training that this browser keeps',
  read: async (file) => (await database()).get('files', file),
  write: async (file, bytes) => {
    await (await database()).put('files', bytes, file);
  },
};
