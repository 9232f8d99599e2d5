// A small project to begin with, for somebody without camera and videos at hand: clips of three classes, drawn, sounded
// and encoded in the page. Where, how large and how high differs from clip to clip.
import { AudioBufferSource, BufferTarget, CanvasSource, Output, WebMOutputFormat } from 'mediabunny';
import { createRandom, type Random } from '../../../src/random.ts';

export const exampleClasses = ['bouncing ball', 'ringing bell', 'running water'] as const;
type ExampleClass = (typeof exampleClasses)[number];

const [side, framesPerSecond, seconds, sampleRate] = [224, 10, 2, 48_000];

type Scene = {
  /** Draws the moment, in seconds. */
  draw(context: OffscreenCanvasRenderingContext2D, time: number): void;
  /** The sound at the moment, -1 to 1. */
  sound(time: number): number;
};

const scenes: Readonly<Record<ExampleClass, (random: Random) => Scene>> = {
  'bouncing ball'(random) {
    const [x, size, period] = [50 + random.integer(120), 15 + random.integer(20), 0.4 + 0.3 * random.uniform()];
    return {
      draw(context, time) {
        const height = Math.abs(Math.sin((Math.PI * time) / period));
        circle(context, x, 200 - size - 120 * height, size, '#d33');
      },
      // A thud at each bounce.
      sound: (time) => Math.exp(-30 * (time % period)) * Math.sin(2 * Math.PI * 90 * time),
    };
  },
  'ringing bell'(random) {
    const [x, tone, period] = [60 + random.integer(100), 1500 + 1000 * random.uniform(), 0.7 + 0.5 * random.uniform()];
    return {
      draw(context, time) {
        const swing = 20 * Math.sin((2 * Math.PI * time) / period);
        context.fillStyle = '#c90';
        context.fillRect(x + swing - 25, 70, 50, 60);
        circle(context, x + 1.5 * swing, 140, 9, '#630');
      },
      sound: (time) => 0.6 * Math.exp(-4 * (time % period)) * Math.sin(2 * Math.PI * tone * time),
    };
  },
  'running water'(random) {
    const [x, width, speed] = [40 + random.integer(110), 20 + random.integer(30), 200 + random.integer(200)];
    return {
      draw(context, time) {
        context.fillStyle = '#37c';
        for (let row = 0; row < 12; row++) context.fillRect(x, (row * 20 + time * speed) % 240, width, 12);
      },
      sound: () => 0.3 * (2 * random.uniform() - 1),
    };
  },
};

function circle(
  context: OffscreenCanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  colour: string,
): void {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** The clip with this number as a WebM file; the same number gives the same scene. */
export async function exampleClip(name: ExampleClass, clip: number): Promise<File> {
  const random = createRandom('example project', name, clip);
  const background = `hsl(${random.integer(360)} 20% ${30 + random.integer(50)}%)`;
  const scene = scenes[name](random);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d')!;
  const target = new BufferTarget();
  const output = new Output({ format: new WebMOutputFormat(), target });
  const picture = new CanvasSource(canvas, { codec: 'vp8', bitrate: 500_000 });
  const sound = new AudioBufferSource({ codec: 'opus', bitrate: 96_000 });
  output.addVideoTrack(picture);
  output.addAudioTrack(sound);
  await output.start();
  const buffer = new AudioBuffer({ length: seconds * sampleRate, sampleRate, numberOfChannels: 1 });
  buffer.copyToChannel(
    Float32Array.from({ length: buffer.length }, (_, i) => scene.sound(i / sampleRate)),
    0,
  );
  await sound.add(buffer);
  for (let frame = 0; frame < seconds * framesPerSecond; frame++) {
    context.fillStyle = background;
    context.fillRect(0, 0, side, side);
    scene.draw(context, frame / framesPerSecond);
    await picture.add(frame / framesPerSecond, 1 / framesPerSecond);
  }
  await output.finalize();
  return new File([target.buffer!], `${name} ${clip + 1}.webm`);
}
