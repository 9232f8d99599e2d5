// duet studio
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DuetError } from '../errors.ts';
import { kindOfPath } from '../files/read-clearly-node.ts';
import { examples } from './common-settings.ts';
import type { Context } from './context.ts';
import { toggle, wholeNumber } from './field.ts';
import { addSettings, grouped, settingWithDefault, type ValuesOf, valuesOf } from './setting.ts';

const studioSettings = grouped('Page:', {
  port: settingWithDefault(
    '--port <number>',
    'where the page is served; 0 takes any free port',
    wholeNumber({ least: 0, most: 65_535 }),
    4337,
  ),
  open: settingWithDefault('--no-open', 'only print the address, do not open a browser', toggle, true),
});

export function addStudioCommand(program: Command, context: Context): void {
  const command: Command = program.command('studio').summary('teach it your own events in a web page');
  command.description(
    'Serve Duet Studio to this computer and open it in the browser: teach classes with camera and microphone or with video files, train in ' +
      'the page, watch it recognise live, and take the adapter home. Everything stays in the browser. Ctrl-C ends it.',
  );
  addSettings(command, studioSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet studio', 'the page opens in the browser'],
      ['duet studio --port 8080 --no-open', 'at http://127.0.0.1:8080/, for a browser that you open yourself'],
    ),
  );
  command.action(() => runStudio(valuesOf(command, studioSettings), context));
}

async function runStudio({ port, open }: ValuesOf<typeof studioSettings>, context: Context): Promise<void> {
  const { serveFolder, studioPolicy } = await import('./static-server.ts');
  // Built into dist/studio, beside the compiled commands.
  const page = fileURLToPath(new URL('../../dist/studio/', import.meta.url));
  if ((await kindOfPath(`${page}index.html`)) !== 'file')
    throw new DuetError('The page of Duet Studio is not built in this checkout; run "npm run build" first.');
  const server = await serveFolder(page, port, studioPolicy);
  try {
    context.writeOut(`Duet Studio: ${server.url}\nCtrl-C ends it.\n`);
    if (open) openBrowser(server.url);
    await new Promise<void>((done) => {
      if (context.signal.aborted) done();
      context.signal.addEventListener('abort', () => done(), { once: true });
    });
  } finally {
    await server.close();
  }
}

/** As each system opens addresses. Where it cannot, the printed address is enough. */
function openBrowser(url: string): void {
  const [command, ...parts] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  const child = spawn(command!, parts, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
