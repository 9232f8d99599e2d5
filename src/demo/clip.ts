// One clip from its keys: frames, sound and the truth about both.
import { createRandom } from '../random.ts';
import type { Box } from '../signal/box.ts';
import type { Picture } from '../signal/picture.ts';
import type { Waveform } from '../signal/waveform.ts';
import type { ClipAnnotation, Split } from './annotations-node.ts';
import { classOfLook, demoClasses, distractorLooks } from './classes.ts';
import { clipSeconds, drawMotion, framesPerSecond } from './motion.ts';
import { renderClip } from './render.ts';
import { drawScene } from './scene.ts';
import { inRoom } from './sounds/room.ts';
import { synthesise } from './synthesise.ts';

export type ClipKeys = {
  readonly seed: number;
  readonly split: Split;
  readonly className: string;
  readonly index: number;
};

export type DemoClip = {
  readonly frames: readonly Picture[];
  readonly sound: Waveform;
  readonly annotation: ClipAnnotation;
};

/** A clip's path within the data set's folder. */
export function clipPath({ split, className, index }: ClipKeys): string {
  return `${split}/${className}/${String(index).padStart(3, '0')}.webm`;
}

export function createClip(keys: ClipKeys): DemoClip {
  const { seed, split, className, index } = keys;
  const draw = (part: string) => createRandom('demo', seed, split, className, index, part);
  const demoClass = demoClasses.find((one) => one.name === className)!;
  const scene = drawScene(draw('scene'));
  const motion = drawMotion(demoClass, draw('motion'));
  const silent = distractorLooks(demoClass);
  const distractor = silent[draw('distractor').integer(silent.length)]!;
  const rendering = renderClip({ scene, look: demoClass.look, motion, distractor });
  const dry = synthesise(demoClass.sound, motion, scene.main.size, draw('sound'));
  const middle = clipSeconds / 2;
  return {
    frames: rendering.frames,
    sound: { samples: inRoom(dry.samples, scene.room, draw('room')), sampleRate: dry.sampleRate },
    annotation: {
      path: clipPath(keys),
      class: className,
      split,
      index,
      look: demoClass.look,
      sound: demoClass.sound,
      box: rounded(rendering.boxAt(middle)),
      events: motion.events.map(({ time }) => ({ time: round(time), box: rounded(rendering.boxAt(time)) })),
      distractor: {
        class: classOfLook(distractor).name,
        look: distractor,
        box: rounded(rendering.distractorBoxAt(middle)),
      },
      framesPerSecond,
      duration: clipSeconds,
    },
  };
}

const round = (value: number) => Math.round(value * 1e5) / 1e5;

function rounded({ x, y, width, height }: Box): Box {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}
