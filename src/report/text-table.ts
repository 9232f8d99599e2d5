// Tables in plain text: the first column to the left, the others to the right.

/** Rows under `heads` (none if empty), columns as wide as their widest cell; every line ends in a newline. */
export function textTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = heads.length === 0 ? rows : [heads, ...rows];
  const columns = Math.max(0, ...lines.map((line) => line.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...lines.map((line) => displayWidth(line[column] ?? ''))),
  );
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => pad(cell, widths[column] as number, column > 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function pad(cell: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(cell)));
  return right ? space + cell : cell + space;
}

/** Characters as a terminal counts them, wide scripts and emoji twice. */
function displayWidth(cell: string): number {
  let width = 0;
  for (const character of cell) {
    if (/\p{Mark}/u.test(character)) continue;
    width += /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]/u.test(
      character,
    )
      ? 2
      : 1;
  }
  return width;
}

/** Names and what they are, one a line, indented. */
export function factLines(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => displayWidth(name)));
  return facts.map(([name, value]) => `  ${pad(name, width, false)}  ${value}\n`).join('');
}
