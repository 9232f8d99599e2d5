// Small imitations of published data sets: the files that come with them, exactly as published, and empty files for the
// clips.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes files by their paths in a folder; most readers look at names only, so contents may be empty. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

export const empty = (paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path, '']));

export type AveVideo = { readonly label: string; readonly id: string; readonly start: number; readonly end: number };

export const annotationLine = ({ label, id, start, end }: AveVideo) => `${label}&${id}&good&${start}&${end}\n`;

/** As h5py writes an `order` file: 64-bit row numbers. */
export async function writeOrder(path: string, rows: readonly number[]): Promise<void> {
  const { File, ready } = await import('h5wasm/node');
  await ready;
  const file = new File(path, 'w');
  file.create_dataset({ name: 'order', data: BigInt64Array.from(rows, BigInt), shape: [rows.length] });
  file.close();
}

/**
 * One-hot labels, [videos, 10, 29]: the event's class from `start` to `end`, and the last class, background, elsewhere.
 */
export async function writeLabels(path: string, videos: readonly AveVideo[]): Promise<void> {
  const labels = [...new Set(videos.map(({ label }) => label))];
  const data = new Float64Array(videos.length * 10 * 29);
  for (const [row, { label, start, end }] of videos.entries()) {
    for (let second = 0; second < 10; second++) {
      const column = second >= start && second < end ? labels.indexOf(label) : 28;
      data[(row * 10 + second) * 29 + column] = 1;
    }
  }
  const { File, ready } = await import('h5wasm/node');
  await ready;
  const file = new File(path, 'w');
  file.create_dataset({
    name: 'avadataset',
    data,
    shape: [videos.length, 10, 29],
    chunks: [1, 10, 29],
    compression: 4,
  });
  file.close();
}

/** Eight videos of two classes, the event of each lasting from its own second on. */
export const aveVideos: readonly AveVideo[] = Array.from({ length: 8 }, (_, index) => ({
  label: index < 4 ? 'Church bell' : 'Male speech, man speaking',
  id: `-vid${index}_AbCd9`,
  start: index,
  end: 10,
}));

/** AVE as its repository has it: videos in AVE/, annotations without header and HDF5 files in data/. */
export async function writeAve(folder: string): Promise<void> {
  await writeFiles(folder, {
    ...empty(aveVideos.map(({ id }) => `AVE/${id}.mp4`)),
    'data/Annotations.txt': aveVideos.map(annotationLine).join(''),
  });
  await writeLabels(join(folder, 'data/labels.h5'), aveVideos);
  await writeOrder(join(folder, 'data/train_order.h5'), [4, 0, 5, 1]);
  await writeOrder(join(folder, 'data/val_order.h5'), [2, 6]);
  await writeOrder(join(folder, 'data/test_order.h5'), [7, 3]);
}

const emotions = ['ANG', 'DIS', 'FEA', 'HAP', 'NEU', 'SAD'];

/** Names such as 1001_DFA_ANG_XX: every speaker in every emotion. */
export function cremaDNames(speakers: number): string[] {
  return Array.from({ length: speakers }, (_, index) =>
    emotions.map((emotion) => `${1001 + index}_DFA_${emotion}_XX`),
  ).flat();
}
