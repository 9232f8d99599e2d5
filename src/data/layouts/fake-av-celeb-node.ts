// FakeAVCeleb (Khalid et al. 2021): folders category/ethnicity/gender/person/clip.mp4, the category saying which side is
// fake; meta_data.csv, where it is there, says by which method. Splits are drawn so that nobody is in two of them.
import { basename } from 'node:path';
import { DuetError } from '../../errors.ts';
import type { UnsplitExample } from '../dataset.ts';
import { listFolder } from '../folder-layout-node.ts';
import { findFile, readTable } from './annotation-files-node.ts';
import type { Layout } from './layout.ts';
import { truthExample } from './truth-example.ts';
import { findVideos } from './video-files-node.ts';

const categories = ['RealVideo-RealAudio', 'RealVideo-FakeAudio', 'FakeVideo-RealAudio', 'FakeVideo-FakeAudio'];

export const fakeAvCelebLayout: Layout = {
  annotations: ['truth'],
  describes: async (root) => (await listFolder(root)).folders.some((folder) => categories.includes(folder)),
  async read(root) {
    const methods = await readMethods(root);
    const examples: UnsplitExample[] = [];
    for (const path of await findVideos(root)) {
      const folders = path.split('/');
      const category = folders.find((folder) => categories.includes(folder));
      if (category === undefined) continue;
      const group = folders.find((folder) => /^id\d+$/.test(folder));
      const real = category === categories[0];
      const tool = methods.get(keyOf(category, group, basename(path)));
      const method = tool === undefined ? category : `${category}, ${tool}`;
      examples.push(truthExample(root, path, real ? { real } : { real, method }, { group }));
    }
    return { examples, ignored: [], missing: [] };
  },
};

function keyOf(category: string, person: string | undefined, file: string): string {
  return `${category} ${person} ${file}`;
}

/** Methods by category, person and file; the table's last columns hold a file's name and its folder. */
async function readMethods(root: string): Promise<ReadonlyMap<string, string>> {
  const path = await findFile(root, 'meta_data.csv');
  if (path === undefined) return new Map();
  const [header, ...rows] = await readTable(path);
  const column = (name: string) => {
    const place = header?.cells.indexOf(name) ?? -1;
    if (place < 0) throw new DuetError(`The first row of "${path}" has no column ${name}; get a fresh copy.`);
    return place;
  };
  const [source, method, type] = [column('source'), column('method'), column('type')];
  return new Map(
    rows.flatMap(({ cells }) => {
      const file = cells.find((cell) => /\.mp4$/i.test(cell));
      const made = cells[method];
      if (file === undefined || made === undefined || made === 'real') return [];
      return [[keyOf(cells[type] ?? '', cells[source], basename(file)), made] as const];
    }),
  );
}
