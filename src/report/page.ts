// The whole report as one HTML file.

import { htmlDocument, type PageSection } from './document.ts';
import { element, escapeText } from './markup.ts';
import { examplesSection } from './page-examples.ts';
import {
  calibrationSection,
  classSection,
  configurationSection,
  confusionSection,
  curvesSection,
  localisationSection,
  robustnessSection,
  skippedSection,
  summaryNumbers,
  timelineSection,
} from './page-sections.ts';
import type { Report } from './report.ts';

/** The report as a complete HTML document. Sections without data are left out; all text is escaped. */
export function reportPage(report: Report): string {
  const sections = reportSections(report);
  const lead = [
    report.introduction === undefined ? '' : element('p', {}, escapeText(report.introduction)),
    report.summary === undefined ? '' : summaryNumbers(report.summary),
  ] as const;
  return htmlDocument(report.title, lead, sections);
}

function reportSections(report: Report): PageSection[] {
  const sections: (PageSection | false | undefined)[] = [
    report.curves.length > 0 && { id: 'curves', title: 'Training', markup: curvesSection(report.curves) },
    report.examples.length > 0 && { id: 'examples', title: 'Examples', markup: examplesSection(report.examples) },
    report.confusion && { id: 'confusion', title: 'Confusion matrix', markup: confusionSection(report.confusion) },
    report.perClass.length > 0 && { id: 'classes', title: 'Classes', markup: classSection(report.perClass) },
    isFilled(report.localisation) && {
      id: 'localisation',
      title: 'Localisation',
      markup: localisationSection(report.localisation),
    },
    isFilled(report.calibration?.bins) &&
      report.calibration && { id: 'calibration', title: 'Calibration', markup: calibrationSection(report.calibration) },
    report.robustness && {
      id: 'robustness',
      title: 'Missing and swapped modalities',
      markup: robustnessSection(report.robustness),
    },
    isFilled(report.timelines) && {
      id: 'timeline',
      title: 'Timeline',
      markup: report.timelines.map(timelineSection).join(''),
    },
    isFilled(report.skipped) && { id: 'skipped', title: 'Skipped files', markup: skippedSection(report.skipped) },
    { id: 'configuration', title: 'How to repeat this', markup: configurationSection(report) },
  ];
  return sections.filter((section) => section !== undefined && section !== false);
}

function isFilled<Item>(items: readonly Item[] | undefined): items is readonly Item[] {
  return items !== undefined && items.length > 0;
}
