// The whole report as one HTML file that needs nothing beside it: no network, no scripts, no fonts.
import { element, escapeText } from './markup.ts';
import { examplesSection } from './page-examples.ts';
import {
  calibrationSection,
  classSection,
  configurationSection,
  confusionSection,
  curvesSection,
  localisationSection,
  skippedSection,
  summaryNumbers,
  timelineSection,
} from './page-sections.ts';
import { pageStyle } from './page-style.ts';
import type { Report } from './report.ts';

type Section = { readonly id: string; readonly title: string; readonly markup: string };

/** The report as a complete HTML document. Sections without data are left out; all text is escaped. */
export function reportPage(report: Report): string {
  const sections = reportSections(report);
  const links = sections.map((section) => element('a', { href: `#${section.id}` }, section.title));
  const introduction = report.introduction === undefined ? '' : element('p', {}, escapeText(report.introduction));
  const header = element(
    'header',
    {},
    element('h1', {}, escapeText(report.title)),
    introduction,
    element('nav', { 'aria-label': 'Sections' }, ...links),
  );
  const bodies = sections.map(({ id, title, markup }) =>
    element('section', { id, 'aria-labelledby': `${id}-title` }, element('h2', { id: `${id}-title` }, title), markup),
  );
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    // Nothing may be loaded from anywhere: a report is safe to open and to pass on.
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; img-src data:; style-src 'unsafe-inline'" }),
    element('title', {}, escapeText(report.title)),
    element('style', {}, pageStyle),
  );
  const body = element(
    'body',
    {},
    element('main', {}, header, report.summary === undefined ? '' : summaryNumbers(report.summary), ...bodies),
  );
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, body)}\n`;
}

function reportSections(report: Report): Section[] {
  const sections: (Section | false | undefined)[] = [
    report.curves.length > 0 && { id: 'curves', title: 'Training', markup: curvesSection(report.curves) },
    report.examples.length > 0 && { id: 'examples', title: 'Examples', markup: examplesSection(report.examples) },
    report.confusion && { id: 'confusion', title: 'Confusion matrix', markup: confusionSection(report.confusion) },
    report.perClass.length > 0 && { id: 'classes', title: 'Classes', markup: classSection(report.perClass) },
    isFilled(report.localisation) && { id: 'localisation', title: 'Localisation', markup: localisationSection(report.localisation) },
    isFilled(report.calibration?.bins) &&
      report.calibration && { id: 'calibration', title: 'Calibration', markup: calibrationSection(report.calibration) },
    isFilled(report.timelines) && { id: 'timeline', title: 'Timeline', markup: report.timelines.map(timelineSection).join('') },
    isFilled(report.skipped) && { id: 'skipped', title: 'Skipped files', markup: skippedSection(report.skipped) },
    { id: 'configuration', title: 'How to repeat this', markup: configurationSection(report) },
  ];
  return sections.filter((section) => section !== undefined && section !== false);
}

function isFilled<Item>(items: readonly Item[] | undefined): items is readonly Item[] {
  return items !== undefined && items.length > 0;
}
