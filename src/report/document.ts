// One HTML file that needs nothing beside it: no network, no scripts, no fonts.
import { element, escapeText } from './markup.ts';
import { pageStyle } from './page-style.ts';

export type PageSection = { readonly id: string; readonly title: string; readonly markup: string };

/**
 * A complete HTML document. @param lead markup under the title, and after the links to the sections; `title`s are
 * escaped here.
 */
export function htmlDocument(
  title: string,
  [introduction, numbers]: readonly [string, string],
  sections: readonly PageSection[],
): string {
  const links = sections.map((section) => element('a', { href: `#${section.id}` }, escapeText(section.title)));
  const header = element(
    'header',
    {},
    element('h1', {}, escapeText(title)),
    introduction,
    element('nav', { 'aria-label': 'Sections' }, ...links),
  );
  const bodies = sections.map((section) =>
    element(
      'section',
      { id: section.id, 'aria-labelledby': `${section.id}-title` },
      element('h2', { id: `${section.id}-title` }, escapeText(section.title)),
      section.markup,
    ),
  );
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    // Nothing may be loaded from anywhere: a report is safe to open and to pass on.
    element('meta', {
      'http-equiv': 'Content-Security-Policy',
      content: "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'",
    }),
    element('title', {}, escapeText(title)),
    element('style', {}, pageStyle),
  );
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, element('body', {}, element('main', {}, header, numbers, ...bodies)))}\n`;
}
