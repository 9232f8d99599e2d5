// The repository's pages as those of the site, and what must hold of their links and code blocks.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, normalize } from 'node:path';

/** Every page, by its path in the repository. */
export function pagesOf(root: string): string[] {
  const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'examples/README.md',
    ...docs.sort().map((name) => `docs/${name}`),
  ];
}

const link = /(?<!!)\[([^\]]+)\]\(([^)\s]+)\)/g;

const image = /!\[([^\]]*)\]\(([^)\s]+)\)/g;

/** What a relative link of a page names, by its path in the repository. */
function fileOf(page: string, target: string): string {
  return normalize(join(dirname(page), target)).replaceAll('\\', '/');
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '``');
}

/** A heading's anchor, as GitHub and VitePress make it. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading!));
}

/** Links of a page to files and headings that are not there. */
export function deadLinks(root: string, page: string): string[] {
  const targets = [...withoutCode(readFileSync(join(root, page), 'utf8')).matchAll(link)].map(
    ([, , target]) => target!,
  );
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path, anchor] = target.split('#') as [string, string | undefined];
      const file = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(join(root, file), 'utf8')).includes(anchor);
    })
    .map((target) => `${page}: ${target}`);
}

export type CodeBlock = { readonly page: string; readonly language: string; readonly code: string };

export function codeBlocks(root: string, page: string): CodeBlock[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, code]) => ({
    page,
    language: language!,
    code: code!,
  }));
}

/**
 * A page for the site, in site/pages: links to other pages lead there, links to what the site does not hold become
 * plain text, and pictures are taken from where they lie.
 * @param page its path in the repository.
 */
export function sitePage(markdown: string, page: string): string {
  const shown = markdown.replace(
    image,
    (_, text: string, target: string) => `![${text}](../../${fileOf(page, target)})`,
  );
  return shown.replace(link, (whole, text: string, target: string) => {
    if (/^[a-z]+:|^#/.test(target)) return whole;
    const [path, anchor = anchorOfExample(fileOf(page, path))] = target.split('#') as [string, string | undefined];
    const name = siteName(fileOf(page, path));
    return name === undefined ? text : `[${text}](./${name}${anchor === undefined ? '' : `#${anchor}`})`;
  });
}

/** A page's name in the site; undefined for files that are none of its pages. */
export function siteName(file: string): string | undefined {
  if (file === 'README.md') return 'index.md';
  if (file === 'CHANGELOG.md') return 'changelog.md';
  if (file === 'examples/README.md' || anchorOfExample(file) !== undefined) return 'examples.md';
  return /^docs\/([\w-]+\.md)$/.exec(file)?.[1];
}

const exampleFile = /^examples\/([\w-]+(?:\/[\w-]+)?)\.(ts|html)$/;

/** Where the examples' page has a file; undefined for what is no example. */
function anchorOfExample(file: string): string | undefined {
  const [, name, extension] = exampleFile.exec(file) ?? [];
  return name === undefined ? undefined : `${name.replace('/', '-')}-${extension}`;
}

/** The text of every example, for the site: its readers have the package without them. */
export function exampleTexts(root: string): string {
  const files = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .map((name) => `examples/${name.replaceAll('\\', '/')}`)
    .filter((file) => anchorOfExample(file) !== undefined);
  return files
    .sort()
    .map((file) => {
      const code = readFileSync(join(root, file), 'utf8').trimEnd();
      return `## ${file} {#${anchorOfExample(file)}}\n\n\`\`\`${extname(file).slice(1)}\n${code}\n\`\`\`\n`;
    })
    .join('\n');
}
