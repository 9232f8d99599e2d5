// The kinds of value a setting takes, as plain data: the words of a complaint, the check, and what a flag's text means.

export type Range = {
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  /** Greater, not equal. */
  readonly above?: number | undefined;
  /** Less, not equal. */
  readonly below?: number | undefined;
};

export type NumberKind = { readonly kind: 'number'; readonly isWhole: boolean } & Range;

export type SettingKind =
  | NumberKind
  | { readonly kind: 'choice'; readonly names: readonly (string | number)[] }
  | { readonly kind: 'toggle' }
  | { readonly kind: 'pair'; readonly of: NumberKind }
  /** What nobody types, such as a list; only programs and experiments set it. */
  | { readonly kind: 'other' };

/** Completes "expected ...". */
export function expectedText(kind: SettingKind): string {
  switch (kind.kind) {
    case 'number':
      return `${kind.isWhole ? 'a whole number' : 'a number'}${rangeText(kind)}`;
    case 'choice':
      return `one of ${kind.names.join(', ')}`;
    case 'toggle':
      return 'true or false';
    case 'pair':
      return `two ${kind.of.isWhole ? 'whole numbers' : 'numbers'}${rangeText(kind.of)}, such as 0.5,1`;
    case 'other':
      return 'what its system says';
  }
}

/** Whether it is a value of the kind. Strict: the text "3" is no number. */
export function isOfKind(kind: SettingKind, value: unknown): boolean {
  switch (kind.kind) {
    case 'number':
      return isNumberInRange(kind, value);
    case 'choice':
      return kind.names.some((name) => name === value);
    case 'toggle':
      return typeof value === 'boolean';
    case 'pair':
      return Array.isArray(value) && value.length === 2 && value.every((item) => isNumberInRange(kind.of, item));
    case 'other':
      return true;
  }
}

/** What a flag's text stands for, before it is checked. */
export function valueOfText(kind: SettingKind, text: string): unknown {
  switch (kind.kind) {
    case 'number':
      // Number('') is 0 and Number('0x10') is 16: neither is what somebody typed a number for.
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
    case 'pair':
      return text.split(',').map((part) => valueOfText(kind.of, part));
    case 'choice':
      return kind.names.find((name) => String(name) === text) ?? text;
    case 'toggle':
    case 'other':
      return text;
  }
}

function isNumberInRange({ isWhole, least, most, above, below }: NumberKind, value: unknown): boolean {
  if (typeof value !== 'number' || !(isWhole ? Number.isSafeInteger(value) : Number.isFinite(value))) return false;
  return (
    (least === undefined || value >= least) &&
    (most === undefined || value <= most) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

function rangeText({ least, most, above, below }: Range): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  const lower = above !== undefined ? [`above ${above}`] : least !== undefined ? [`of at least ${least}`] : [];
  const upper = below !== undefined ? [`below ${below}`] : most !== undefined ? [`at most ${most}`] : [];
  const limits = [...lower, ...upper];
  return limits.length === 0 ? '' : ` ${limits.join(' and ')}`;
}
