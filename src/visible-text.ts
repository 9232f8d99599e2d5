// Characters that would steer a terminal instead of being shown: control characters, and those that turn the direction
// of what follows. File names, class names and excerpts of files may hold any of them.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * The text with such characters as \u001b, which a JSON document means the same by; line ends and tabs stay as they
 * are.
 */
export function visibleText(text: string): string {
  return text.replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for what belongs on one line. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
