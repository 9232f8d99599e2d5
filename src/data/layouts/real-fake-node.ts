// Folders named real and fake, at the top or in folders of splits (AVLips calls them 0_real and 1_fake); or videos
// alone, which are then all real. A table clips.csv beside them may say who is seen in a clip, how a fake was made, and
// in which seconds it is fake.
import { DuetError } from '../../errors.ts';
import { readSplitNames, type UnsplitExample } from '../dataset.ts';
import { listFolder } from '../folder-layout-node.ts';
import { mediaKindOf } from '../media-kinds-node.ts';
import { findFile, readTable } from './annotation-files-node.ts';
import type { Layout } from './layout.ts';
import { type Truth, truthExample } from './truth-example.ts';
import { findVideos } from './video-files-node.ts';

const truthOf = new Map([
  ['real', true],
  ['0_real', true],
  ['fake', false],
  ['1_fake', false],
]);
const isTruth = (folder: string) => truthOf.has(folder.toLowerCase());

export const realFakeLayout: Layout = {
  annotations: ['truth'],
  async describes(root) {
    const { files, folders } = await listFolder(root);
    if (folders.some(isTruth)) return true;
    const splitOf = readSplitNames(folders);
    const splits = folders.filter((folder) => splitOf(folder) !== undefined);
    for (const split of splits) if ((await listFolder(`${root}/${split}`)).folders.some(isTruth)) return true;
    return folders.length === 0 && files.some((file) => mediaKindOf(file) === 'video');
  },
  async read(root) {
    const about = await readAbout(root);
    const { folders } = await listFolder(root);
    const splitOf = readSplitNames(folders);
    const isSplit = folders.some((folder) => splitOf(folder) !== undefined);
    const examples: UnsplitExample[] = [];
    for (const path of await findVideos(root)) {
      const parents = path.split('/').slice(0, -1);
      const place = parents.findIndex(isTruth);
      // Videos in no such folder are real where there is no such folder at all.
      if (place < 0 && parents.length > 0) continue;
      const real = place < 0 || truthOf.get(parents[place]!.toLowerCase())!;
      const below = parents[place + 1];
      const { person, method, fakes } = about.get(path) ?? { person: real ? below : undefined, method: below };
      const split = isSplit && place > 0 ? splitOf(parents[0]!) : undefined;
      examples.push(truthExample(root, path, real ? { real } : { real, method, fakes }, { split, group: person }));
    }
    if (isSplit && examples.some(({ split }) => split === undefined))
      throw new DuetError(
        `The folder "${root}" has folders of splits, and clips outside them; put all into train, val or test, or none.`,
      );
    return { examples, ignored: [], missing: [] };
  },
};

type About = Pick<Truth, 'method' | 'fakes'> & { readonly person?: string | undefined };

/** What clips.csv says, by path. */
async function readAbout(root: string): Promise<ReadonlyMap<string, About>> {
  const table = await findFile(root, 'clips.csv');
  if (table === undefined) return new Map();
  const [header, ...rows] = await readTable(table);
  const names = header?.cells ?? [];
  if (!names.includes('path'))
    throw new DuetError(`The first row of "${table}" has no column path; name its columns path, person and method.`);
  const cell = (cells: readonly string[], name: string) => {
    const place = names.indexOf(name);
    return place < 0 ? undefined : cells[place] || undefined;
  };
  return new Map(
    rows.map(({ cells, number }) => [
      cell(cells, 'path') ?? '',
      {
        ...{ person: cell(cells, 'person'), method: cell(cells, 'method') },
        fakes: periodsOf(cell(cells, 'fake_periods'), `Row ${number} of "${table}"`),
      },
    ]),
  );
}

/** Seconds such as `1.5-2.25 4-6`. */
function periodsOf(text: string | undefined, where: string): Truth['fakes'] {
  return text?.split(' ').map((part) => {
    const [, start, end] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    if (start === undefined || end === undefined || Number(end) <= Number(start))
      throw new DuetError(
        `${where} has the fake period "${part}"; write seconds such as 1.5-2.25, with spaces between them.`,
      );
    return [Number(start), Number(end)] as const;
  });
}
