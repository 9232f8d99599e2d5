// The order of a clip's pictures, which only their names tell.

/**
 * For sorting file names: the first difference decides, numbers by their value (2 before 10) and with their decimals,
 * so that names may be counts (frame_2_of_12), seconds (2.25, and -0.5 before a clip's zero) or minutes and seconds
 * (01_30). Between letters or numbers a minus is a hyphen.
 */
export function byFrameName(a: string, b: string): number {
  const [ours, theirs] = [partsOf(a), partsOf(b)];
  for (const [index, part] of ours.entries()) {
    const other = theirs[index];
    if (other === undefined) return 1;
    const difference = Number(part) - Number(other);
    if (Number.isNaN(difference) ? part !== other : difference !== 0) return difference || (part < other ? -1 : 1);
  }
  return ours.length - theirs.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** Text and numbers in turn; the extension is no part of the name. */
function partsOf(name: string): string[] {
  return (
    name.replace(/\.[a-z]\w*$/i, '').match(/(?<=^|[_=])-\d+(?:\.\d+)?|\d+(?:\.\d+)?|(?:(?!(?<=^|[_=])-\d)\D)+/g) ?? []
  );
}
