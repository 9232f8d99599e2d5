// npm run check:package: the packed package in a new project, as a user has it: in Node, in strict TypeScript 5.9
// without skipLibCheck, and in a page built by Vite. Needs the package registry, or npm's cache of it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = process.cwd();
const project = mkdtempSync(join(tmpdir(), 'duet-package-'));

/** npm and npx are commands of the shell on Windows. */
function run(command: string, argv: readonly string[], folder = project): string {
  console.error(`$ ${command} ${argv.join(' ')}`);
  const shell = process.platform === 'win32';
  const ended = spawnSync(command, argv, {
    cwd: folder,
    encoding: 'utf8',
    shell,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (ended.status === 0) return ended.stdout;
  console.error(ended.stdout);
  throw new Error(`${command} ${argv[0]} ended with ${ended.status}`);
}

function write(name: string, content: string | object): void {
  writeFileSync(join(project, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

const strict = {
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true },
  ...{ skipLibCheck: false, target: 'es2022', noEmit: true },
};

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], root));
  const tarball = join(project, packed.filename);
  run('npx', ['publint', 'run', tarball, '--strict'], root);
  run('npx', ['attw', tarball, '--profile', 'esm-only', '--exclude-entrypoints', './assets/*'], root);

  write('package.json', { name: 'new-project', private: true, type: 'module' });
  write('.npmrc', 'ignore-scripts=true\nfund=false\naudit=false\nprefer-offline=true\n');
  run('npm', ['install', tarball, 'typescript@5.9', '@types/node@20', 'vite@8', 'onnxruntime-web@1.30']);

  for (const name of ['classify-folder', 'training-loop', 'own-loss', 'train-and-predict'])
    cpSync(join(root, `examples/${name}.ts`), join(project, `${name}.ts`));
  cpSync(join(root, 'examples/live-page'), join(project, 'page'), { recursive: true });

  // Node: the types as they are, then the programs.
  const node = { ...strict, module: 'nodenext', lib: ['es2023'], types: ['node'], noEmit: false, outDir: 'out' };
  write('tsconfig.json', { compilerOptions: node, include: ['*.ts'] });
  run('npx', ['tsc', '-p', '.']);
  for (const name of ['training-loop', 'own-loss']) run(process.execPath, [join('out', `${name}.js`)]);
  run('npx', ['duet', 'doctor', '--help']);

  // A page: the same, without Node's types.
  const page = { ...strict, module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom', 'dom.iterable'] };
  mkdirSync(join(project, 'page'), { recursive: true });
  writeFileSync(
    join(project, 'page/tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...page, types: ['vite/client'] }, include: ['*.ts'] }),
  );
  run('npx', ['tsc', '-p', 'page']);
  writeFileSync(join(project, 'page/vite.config.js'), "export default { build: { target: 'es2022' } };\n");
  run('npx', ['vite', 'build', 'page', '--logLevel', 'warn']);
  console.log(
    `The package works in a new project (${packed.entryCount} files, ${(packed.size / 2 ** 20).toFixed(1)} MiB packed).`,
  );
} finally {
  rmSync(project, { recursive: true, force: true });
}
