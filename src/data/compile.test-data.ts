// The data layer compiled into a folder of its own, as worker threads and child processes need JavaScript.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const repository = join(import.meta.dirname, '../..');

/** Compiles this folder and what it imports; gives the folder to remove afterwards and each module's URL. */
export function compileDataLayer(): { folder: string; moduleUrl(name: string): string } {
  // Inside node_modules, so that packages are found from there.
  const parent = join(repository, 'node_modules/.cache');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'duet-data-'));
  const source = join(repository, 'src/data');
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(repository, 'tsconfig.build.json'),
      compilerOptions: {
        rootDir: join(repository, 'src'),
        outDir: join(folder, 'dist'),
        noCheck: true,
        incremental: false,
        tsBuildInfoFile: null,
        declaration: false,
      },
      include: [],
      files: [
        'open-feed-node.ts',
        'colour-intake.test-data.ts',
        'open-dataset-node.ts',
        'batch-worker-node.ts',
        'decoder-process-node.ts',
        'check-data-node.ts',
        'probe-process-node.ts',
        'media-reader-node.ts',
        'media-process-node.ts',
      ].map((name) => join(source, name)),
    }),
  );
  execFileSync(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  return { folder, moduleUrl: (name) => pathToFileURL(join(folder, 'dist/data', `${name}.js`)).href };
}
