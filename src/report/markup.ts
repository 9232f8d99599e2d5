// Small pieces of HTML and SVG as text. Everything that comes from outside goes through `escapeText`.

export type Attributes = Readonly<Record<string, string | number | undefined>>;

const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text made safe between tags and inside quoted attributes; control characters, which HTML does not allow, and those
 * that turn the direction of what follows become a visible mark.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => replacements[character] as string)
    .replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, controlMark);
}

function controlMark(character: string): string {
  return character === '\n' || character === '\t' ? character : '\uFFFD';
}

/**
 * One element. Attribute values are escaped here; `children` are markup already. An undefined attribute is left out.
 */
export function element(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? shortNumber(value) : escapeText(String(value))}"`)
    .join('');
  const inner = children.join('');
  return voidElements.has(name) ? `<${name}${written}>` : `<${name}${written}>${inner}</${name}>`;
}

const voidElements: ReadonlySet<string> = new Set(['img', 'meta', 'br']);

/** A coordinate with at most two decimals: what a screen can show. */
export function shortNumber(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '0';
}
