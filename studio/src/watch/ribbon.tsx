// Probabilities over time: one line for each class, or for how likely sound and picture do not belong together; shaded
// where they do not.
import { useEffect, useRef } from 'preact/hooks';
import type { ClassShares } from '../../../src/systems/system.ts';

export type RibbonPoint = { readonly time: number } & Pick<ClassShares, 'shares' | 'isUnrelated'>;

export type RibbonProps = {
  readonly points: readonly RibbonPoint[];
  readonly from: number;
  readonly to: number;
  /** A time to mark. */
  readonly at?: number;
  readonly label: string;
};

export function Ribbon({ points, from, to, at, label }: RibbonProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => draw(canvas.current!, { points, from, to, ...(at !== undefined && { at }) }), [points, from, to, at]);
  return <canvas ref={canvas} class="ribbon" role="img" aria-label={label} />;
}

function draw(canvas: HTMLCanvasElement, { points, from, to, at }: Omit<RibbonProps, 'label'>): void {
  const { clientWidth, clientHeight } = canvas;
  const density = devicePixelRatio;
  canvas.width = Math.round(clientWidth * density);
  canvas.height = Math.round(clientHeight * density);
  const pen = canvas.getContext('2d')!;
  pen.scale(density, density);
  const style = getComputedStyle(canvas);
  const x = (time: number) => ((time - from) / Math.max(to - from, 1e-6)) * clientWidth;
  const y = (share: number) => clientHeight - 8 - share * (clientHeight - 16);
  pen.fillStyle = style.getPropertyValue('--warm-wash');
  for (const [index, point] of points.entries()) {
    if (!point.isUnrelated) continue;
    const before = points[index - 1]?.time ?? point.time;
    const after = points[index + 1]?.time ?? point.time;
    const start = x((before + point.time) / 2);
    pen.fillRect(start, 0, Math.max(2, x((point.time + after) / 2) - start), clientHeight);
  }
  const classes = points[0]?.shares.length ?? 0;
  pen.lineWidth = 2.2;
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  for (let index = 0; index < classes; index++) {
    pen.strokeStyle = style.getPropertyValue(`--series-${(index % 6) + 1}`);
    pen.beginPath();
    for (const { time, shares } of points) pen.lineTo(x(time), y(shares[index]!));
    // A single point still shows.
    if (points.length === 1) pen.lineTo(x(points[0]!.time) + 0.01, y(points[0]!.shares[index]!));
    pen.stroke();
  }
  if (at === undefined) return;
  pen.fillStyle = style.getPropertyValue('--ink');
  pen.fillRect(x(at) - 1, 0, 2, clientHeight);
}
