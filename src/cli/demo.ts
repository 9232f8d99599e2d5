// duet demo
import type { Command } from 'commander';
import { duration } from '../report/format.ts';
import { metricText } from '../run/evaluation-result.ts';
import { examples } from './common-settings.ts';
import { type Context, writeResult } from './context.ts';
import type { DemoResult } from './demo-run.ts';
import { type DemoSettings, demoSettings } from './demo-settings.ts';
import { addSettings, valuesOf } from './setting.ts';

export function addDemoCommand(program: Command, context: Context): void {
  const command: Command = program.command('demo').summary('see everything at work on generated videos');
  command.description(
    'Generate short videos of things that sound, learn to recognise them, test on unseen ones, and write a report page with curves, ' +
      'a confusion matrix and attention maps. Needs no network and no other file; a few minutes on two cores.',
  );
  addSettings(command, demoSettings);
  command.addHelpText(
    'after',
    examples(
      ['duet demo', 'then open demo-run/report.html'],
      ['duet demo --out /tmp/duet-demo --seed 7 --epochs 1', 'other clips, and a quicker look'],
    ),
  );
  command.action(() => demoAction(valuesOf(command, demoSettings), context));
}

async function demoAction(settings: DemoSettings, context: Context): Promise<void> {
  const { runDemo } = await import('./demo-run.ts');
  const progress = context.progress(settings.quiet);
  try {
    const result = await runDemo(settings, context, progress);
    progress.end();
    if (result === undefined) return;
    const { report, run, data, metrics, ...rest } = result;
    const values = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    writeResult(context, settings.json, { report, run, data, ...values, ...rest }, () => demoText(result));
  } finally {
    progress.end();
  }
}

/** What the demo came to, and what to open. */
export function demoText({ metrics, backgroundAucBound, clips, seconds, report }: DemoResult): string {
  const numbers = metrics.slice(0, 4).map((metric) => {
    const bound = metric.name === 'backgroundAuc' ? ` (at most ${metricText(metric, backgroundAucBound)})` : '';
    return `${metric.title} ${metricText(metric, metric.value)}${bound}`;
  });
  return `${clips} unseen clips: ${numbers.join(', ')}, in ${duration(seconds)}.\nOpen ${report} in a browser.\n`;
}
