import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { type DemoClass, demoClasses, distractorLooks } from './classes.ts';
import { createClip } from './clip.ts';
import { drawMotion, framesPerSecond, type Motion } from './motion.ts';
import { onsetNear } from './onset.test-data.ts';
import { renderClip } from './render.ts';
import { drawScene, frameSide, type Scene } from './scene.ts';
import { sampleRate } from './sounds/waves.ts';
import { synthesise } from './synthesise.ts';

const classNamed = (name: string): DemoClass => demoClasses.find((one) => one.name === name)!;
const motionOf = (name: string, key: number) => drawMotion(classNamed(name), createRandom('motion', key));
const soundOf = (name: string, motion: Motion) =>
  synthesise(classNamed(name).sound, motion, 0.5, createRandom('sound')).samples;

describe('the sound follows what is seen', () => {
  it.each(demoClasses)(
    '$name: every moment is an onset to within 15 ms, and nothing sounds before the first',
    ({ name }) => {
      for (let key = 0; key < 4; key++) {
        const motion = motionOf(name, key);
        const samples = soundOf(name, motion);
        const first = Math.round(motion.events[0]!.time * sampleRate);
        expect(motion.events.length).toBeGreaterThan(0);
        expect(samples.subarray(0, first).every((sample) => sample === 0)).toBe(true);
        motion.events.forEach(({ time }, index) => {
          const gap = Math.min(
            0.2,
            ...motion.events.filter((_, other) => other !== index).map((other) => Math.abs(other.time - time)),
          );
          expect(Math.abs(onsetNear({ samples, sampleRate }, time, gap / 2) - time)).toBeLessThan(0.015);
        });
      }
    },
  );

  it('a ball is lowest at each impact, and bounces ever lower at shrinking intervals', () => {
    const scene = drawScene(createRandom('scene'));
    const motion = motionOf('bouncing-ball', 1);
    const { boxAt } = renderClip({
      scene: { ...scene, camera: { ...scene.camera, shake: 0 } },
      look: 'ball',
      motion,
      distractor: 'jug',
    });
    const floor = boxAt(motion.events[0]!.time);
    const times = motion.events.map(({ time }) => time);
    const heights = times.slice(0, -1).map((time, index) => {
      expect(boxAt(time).y).toBeCloseTo(floor.y, 6);
      return floor.y - boxAt((time + times[index + 1]!) / 2).y;
    });
    for (const [index, height] of heights.slice(1).entries()) expect(height).toBeLessThan(heights[index]!);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    for (const [index, gap] of gaps.slice(1).entries()) expect(gap).toBeLessThan(gaps[index]!);
  });

  it('what is larger sounds lower and louder', () => {
    const motion = motionOf('wooden-bowl', 1);
    const of = (size: number) => synthesise('knock', motion, size, createRandom('sound')).samples;
    const energy = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample * sample, 0);
    const crossings = (samples: Float32Array) =>
      samples.reduce((count, sample, index) => count + (sample * (samples[index - 1] ?? 0) < 0 ? 1 : 0), 0);
    expect(energy(of(0.6))).toBeGreaterThan(1.5 * energy(of(0.4)));
    const tone = (size: number) =>
      synthesise('whistle', motionOf('calling-bird', 1), size, createRandom('sound')).samples;
    expect(crossings(tone(0.6))).toBeLessThan(0.75 * crossings(tone(0.4)));
  });
});

describe('neither picture nor sound is enough', () => {
  it.each([
    ['metal-bowl', 'wooden-bowl'],
    ['ticking-clock', 'chiming-clock'],
  ])('%s and %s look the same, to the byte', (one, other) => {
    const scene = drawScene(createRandom('scene'));
    const frames = [one, other].map(
      (name) => renderClip({ scene, look: classNamed(name).look, motion: motionOf(name, 2), distractor: 'jug' }).frames,
    );
    for (const [index, frame] of frames[0]!.entries())
      expect(Buffer.compare(frame.data, frames[1]![index]!.data)).toBe(0);
    expect(soundOf(one, motionOf(one, 2))).not.toEqual(soundOf(other, motionOf(other, 2)));
  });

  it.each([
    ['ticking-clock', 'metronome'],
    ['calling-bird', 'whistling-kettle'],
  ])('%s and %s sound the same, to the sample', (one, other) => {
    expect(motionOf(one, 3)).toEqual(motionOf(other, 3));
    expect(soundOf(one, motionOf(one, 3))).toEqual(soundOf(other, motionOf(other, 3)));
  });

  it('a silent object has another look and could not make the sound', () => {
    for (const demoClass of demoClasses) {
      const makers = demoClasses.filter(({ sound }) => sound === demoClass.sound).map(({ look }) => look);
      expect(distractorLooks(demoClass).length).toBeGreaterThan(3);
      for (const look of distractorLooks(demoClass)) expect(makers).not.toContain(look);
    }
  });
});

describe('the scene', () => {
  it('tells neither by place nor by size which of its two things sounds, and has nothing in its middle', () => {
    const scenes = Array.from({ length: 400 }, (_, key) => drawScene(createRandom('scene', key)));
    const share = (test: (scene: Scene) => boolean) => scenes.filter(test).length / scenes.length;
    // Three standard deviations of a fair coin.
    const fair = (value: number) => expect(Math.abs(value - 0.5)).toBeLessThan(3 * Math.sqrt(0.25 / scenes.length));
    fair(share(({ main, distractor }) => main.x < distractor.x));
    fair(share(({ main, distractor }) => main.y < distractor.y));
    fair(share(({ main, distractor }) => main.size < distractor.size));
    for (const { main, distractor } of scenes)
      for (const { x } of [main, distractor]) expect(Math.abs(x - 0.5)).toBeGreaterThan(0.2);
  });
});

describe('the boxes', () => {
  it.each(demoClasses)('$name: all that changes from frame to frame is in the box', (demoClass) => {
    const drawn = drawScene(createRandom('boxes', demoClass.name));
    const scene: Scene = { ...drawn, camera: { ...drawn.camera, shake: 0, noise: 0 } };
    const motion = drawMotion(demoClass, createRandom('boxes', demoClass.name));
    const { frames, boxAt } = renderClip({
      scene,
      look: demoClass.look,
      motion,
      distractor: distractorLooks(demoClass)[0]!,
    });
    // A rolling ball's shadow goes with it, and is a little wider than the ball.
    const reach = 1.01 / frameSide + (motion.kind === 'roll' ? 0.3 * scene.main.size : 0);
    let changes = 0;
    for (let index = 0; index + 1 < frames.length; index++) {
      const boxes = [index, index + 1].map((frame) => boxAt(frame / framesPerSecond));
      for (let pixel = 0; pixel < frameSide * frameSide; pixel++) {
        const at = 3 * pixel;
        const changed = [0, 1, 2].some(
          (channel) => Math.abs(frames[index]!.data[at + channel]! - frames[index + 1]!.data[at + channel]!) > 2,
        );
        if (!changed) continue;
        changes++;
        const x = ((pixel % frameSide) + 0.5) / frameSide;
        const y = (Math.floor(pixel / frameSide) + 0.5) / frameSide;
        const inside = boxes.some(
          (box) =>
            x > box.x - reach && x < box.x + box.width + reach && y > box.y - reach && y < box.y + box.height + reach,
        );
        if (!inside) expect.fail(`${demoClass.name}: frame ${index} changes at ${x}, ${y}, outside its box`);
      }
    }
    expect(changes).toBeGreaterThan(500);
  });

  it('lie within the frame and are large enough to be seen', () => {
    for (const { name } of demoClasses) {
      const { annotation } = createClip({ seed: 5, split: 'test', className: name, index: 0 });
      for (const box of [annotation.box, annotation.distractor.box, ...annotation.events.map((event) => event.box)]) {
        expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
        expect(Math.max(box.x + box.width, box.y + box.height)).toBeLessThanOrEqual(1.00001);
        expect(Math.min(box.width, box.height)).toBeGreaterThan(0.1);
      }
      expect(Math.max(annotation.box.width, annotation.box.height)).toBeGreaterThan(0.3);
    }
  });
});
