// The frames of a clip, and where its objects are in them.
import type { Box } from '../signal/box.ts';
import type { Picture } from '../signal/picture.ts';
import { drawBackdropCanvas } from './backdrop.ts';
import { createCamera } from './camera.ts';
import type { LookName } from './classes.ts';
import { createCanvas, draw } from './draw/canvas.ts';
import { boundsOf, ellipse, moved, type Point, radial, type Shape } from './draw/shape.ts';
import { drawAtRest, drawInMotion, standingAt } from './looks/pose.ts';
import { clipSeconds, framesPerSecond, type Motion } from './motion.ts';
import { type Camera, frameSide, margin, type Place, type Scene } from './scene.ts';

export type Rendering = {
  readonly frames: readonly Picture[];
  /** The sounding object's box at a time in seconds, as the camera sees it. */
  /** In fractions of the frame, clipped to it; so is the next. */
  boxAt(time: number): Box;
  distractorBoxAt(time: number): Box;
};

export type Content = {
  readonly scene: Scene;
  readonly look: LookName;
  readonly motion: Motion;
  readonly distractor: LookName;
};

export function renderClip({ scene, look, motion, distractor }: Content): Rendering {
  const backdrop = drawBackdropCanvas(scene.backdrop);
  const mainAt = (time: number) => placed(drawInMotion(look, scene.main.style, motion, time), scene.main);
  const rest = placed(drawAtRest(distractor, scene.distractor.style), scene.distractor);
  const mainIsNear = scene.main.y > scene.distractor.y;
  const still = createCanvas(backdrop.width, backdrop.height);
  still.data.set(backdrop.data);
  draw(still, [shadowOf(scene.distractor, 0)]);
  if (mainIsNear) draw(still, rest);
  const photograph = createCamera(scene);
  const frames = Array.from({ length: clipSeconds * framesPerSecond }, (_, index) => {
    const time = index / framesPerSecond;
    const canvas = createCanvas(still.width, still.height);
    canvas.data.set(still.data);
    draw(canvas, [shadowOf(scene.main, standingAt(motion, time)), ...mainAt(time)]);
    if (!mainIsNear) draw(canvas, rest);
    return photograph(canvas, shakeAt(scene.camera, time));
  });
  return {
    frames,
    boxAt: (time) => boxOf(mainAt(time), shakeAt(scene.camera, time)),
    distractorBoxAt: (time) => boxOf(rest, shakeAt(scene.camera, time)),
  };
}

/** From an object's own frame to pixels of the canvas. */
function placed(shapes: readonly Shape[], { x, y, size, mirrored }: Place): Shape[] {
  const scale = size * frameSide;
  const across = mirrored ? -scale : scale;
  return moved(shapes, (point) => [
    margin + x * frameSide + across * point[0],
    margin + y * frameSide + scale * point[1],
  ]);
}

/** `offset`: how far to the right the object has moved, in units of its size. */
function shadowOf({ x, y, size, mirrored, style }: Place, offset: number): Shape {
  const scale = size * frameSide;
  const centre: Point = [
    margin + x * frameSide + (mirrored ? -offset : offset) * scale - 0.06 * scale * style.light,
    margin + y * frameSide,
  ];
  return {
    outline: ellipse(centre, 0.5 * scale, 0.1 * scale),
    paint: radial(centre, 0.5 * scale, [0, 0, 0], [0, 0, 0], [0.5, 0]),
  };
}

function shakeAt({ shake, frequencies }: Camera, time: number): Point {
  return [
    shake * Math.sin(2 * Math.PI * frequencies[0] * time),
    shake * Math.sin(2 * Math.PI * frequencies[1] * time + 1),
  ];
}

function boxOf(shapes: readonly Shape[], [shakeX, shakeY]: Point): Box {
  const bounds = boundsOf(shapes);
  const clip = (value: number) => Math.max(0, Math.min(1, value));
  const x = clip((bounds.left - margin - shakeX) / frameSide);
  const y = clip((bounds.top - margin - shakeY) / frameSide);
  return {
    x,
    y,
    width: clip((bounds.right - margin - shakeX) / frameSide) - x,
    height: clip((bounds.bottom - margin - shakeY) / frameSide) - y,
  };
}
