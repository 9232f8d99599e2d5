// Numbers as people read them. A value that is not a number is shown as a dash.

const absent = '–';

/** 0.8423 becomes 84.2 %. */
export function percent(fraction: number | undefined, digits = 1): string {
  return fraction === undefined || !Number.isFinite(fraction) ? absent : `${(100 * fraction).toFixed(digits)} %`;
}

/** A value with about three significant digits: 1.23, 0.0123, 1.2e-5, 12,300. */
export function shortValue(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return absent;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.001) return value.toExponential(1);
  if (size >= 1000) return thousands(value);
  return String(Number(value.toPrecision(3)));
}

/** 486709 becomes 486,709. */
export function thousands(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : absent;
}

/** 98,000 trained, 24,000 in the adapter, 2,879,000 with the backbone. */
export function countsText({
  trainable,
  adapter,
  inference,
}: Record<'trainable' | 'adapter' | 'inference', number>): string {
  return `${thousands(trainable)} trained, ${thousands(adapter)} in the adapter, ${thousands(inference)} with the backbone`;
}

/** A place on a clock: 0:07, 3:25, 1:02:09. With `digits`, parts of a second: 0:07.5. */
export function clock(seconds: number, digits = 0): string {
  if (!Number.isFinite(seconds)) return absent;
  const scale = 10 ** digits;
  const total = Math.round(Math.max(0, seconds) * scale) / scale;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const rest = (total - 3600 * hours - 60 * minutes).toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** How long something took: 8.4 s, 3 min 25 s, 1 h 2 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return absent;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
