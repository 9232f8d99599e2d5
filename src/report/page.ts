// A report as one HTML file.
import { htmlDocument, type PageSection } from './document.ts';
import type { PictureEncoder } from './figures.ts';
import { element, escapeText } from './markup.ts';
import type { Report } from './shown.ts';
import { numbersMarkup, shownMarkup } from './shown-markup.ts';
import { heading } from './tables.ts';

/** The report as a complete HTML document. Sections without anything to show are left out; all text is escaped. */
export async function reportPage(report: Report, encode: PictureEncoder): Promise<string> {
  const sections: PageSection[] = [];
  for (const { id, title, shown } of report.sections)
    if (shown.length > 0) sections.push({ id, title, markup: await shownMarkup(shown, encode) });
  sections.push({ id: 'configuration', title: 'How to repeat this', markup: configurationMarkup(report) });
  const lead = [
    report.introduction === undefined ? '' : element('p', {}, escapeText(report.introduction)),
    report.numbers === undefined ? '' : numbersMarkup(report.numbers),
  ] as const;
  return htmlDocument(report.title, lead, sections);
}

function configurationMarkup({ command, configuration }: Report): string {
  return (
    heading('Command') +
    element('pre', { class: 'command', tabindex: 0 }, escapeText(command)) +
    heading('Configuration') +
    element('pre', { tabindex: 0 }, escapeText(JSON.stringify(configuration, undefined, 2) ?? ''))
  );
}
